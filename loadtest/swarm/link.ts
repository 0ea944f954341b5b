/** One WebSocket on a bare TCP socket: what a browser does, at a fraction of its cost. */

import { connect, type Socket } from 'node:net'
import { FrameSplitter, type FrameSink } from './frame-splitter.ts'

export interface LinkSink extends FrameSink {
  /** The server took the upgrade. */
  opened(): void
  /** Once, also where it was never opened. 1006: the connection ended without a close frame. */
  closed(code: number, reason: string): void
}

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Every socket reads into this one: what it holds is used up before the next one reads. */
const reading = Buffer.allocUnsafe(256 * 1024)
const headEnd = Buffer.from('\r\n\r\n')

export class Link {
  readonly #sink: LinkSink
  readonly #socket: Socket
  readonly #splitter = new FrameSplitter()
  /** The server's answer to the upgrade, while it is not whole. */
  #head: Buffer | undefined = Buffer.alloc(0)
  #said: { code: number; reason: string } | undefined
  #over = false
  #held = false

  /** `url` is ws://host:port/path; `from` the local address to connect from. */
  constructor(url: string, sink: LinkSink, from?: string) {
    this.#sink = sink
    const slash = url.indexOf('/', 5)
    const authority = url.slice(5, slash)
    const colon = authority.lastIndexOf(':')
    const socket = connect({
      host: authority.slice(0, colon),
      port: Number(authority.slice(colon + 1)),
      ...(from !== undefined && { localAddress: from }),
      noDelay: true,
      onread: {
        buffer: reading,
        callback: (length) => {
          this.#read(length)
          return true
        },
      },
    })
    this.#socket = socket
    socket.on('connect', () => socket.write(upgrade(url.slice(slash), authority), 'latin1'))
    socket.on('error', () => undefined) // the close event follows
    socket.on('close', () => this.#end(this.#said?.code ?? 1006, this.#said?.reason ?? ''))
  }

  /** Masked with zeros, which leaves the payload as it is. What is sent at once leaves in one write. */
  send(payload: Uint8Array, opcode: number = opcodes.binary): void {
    if (this.#over) return
    if (!this.#held) {
      this.#held = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#held = false
        this.#socket.uncork()
      })
    }
    this.#socket.write(clientFrame(payload, opcode))
  }

  /** Says goodbye and goes. */
  close(): void {
    this.send(Uint8Array.of(1_000 >> 8, 1_000 & 255), opcodes.close)
    this.#socket.end()
  }

  /** Goes without a word, as where a network fails. */
  cut(): void {
    this.#socket.resetAndDestroy()
  }

  #read(length: number): void {
    try {
      if (this.#head) this.#readHead(length)
      else this.#splitter.push(reading, 0, length, this)
    } catch (error) {
      this.#said = { code: 1002, reason: (error as Error).message }
      this.#socket.destroy()
    }
  }

  #readHead(length: number): void {
    const head = Buffer.concat([this.#head!, reading.subarray(0, length)])
    const end = head.indexOf(headEnd)
    if (end < 0) return void (this.#head = head)
    const status = head.toString('latin1', 9, 12)
    if (status !== '101') throw new Error(`the upgrade was answered with ${status}`)
    this.#head = undefined
    this.#sink.opened()
    this.#splitter.push(head, end + 4, head.length, this)
  }

  frame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode <= opcodes.binary) return this.#sink.frame(opcode, bytes, start, end)
    if (opcode === opcodes.ping) return this.send(bytes.subarray(start, end), opcodes.pong)
    if (opcode !== opcodes.close) return
    const code = end - start >= 2 ? bytes.readUInt16BE(start) : 1005
    this.#said = { code, reason: bytes.toString('utf8', start + 2, end) }
    this.send(bytes.subarray(start, Math.min(end, start + 2)), opcodes.close)
    this.#socket.end()
  }

  #end(code: number, reason: string): void {
    if (this.#over) return
    this.#over = true
    this.#sink.closed(code, reason)
  }
}

function upgrade(path: string, host: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: c3dhcm0gb2YgdGhlIHBsYQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`
}

function clientFrame(payload: Uint8Array, opcode: number): Buffer {
  const { length } = payload
  const head = length < 126 ? 6 : 8
  const frame = Buffer.alloc(head + length)
  frame[0] = 0x80 | opcode
  if (length < 126) frame[1] = 0x80 | length
  else {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  }
  frame.set(payload, head)
  return frame
}
