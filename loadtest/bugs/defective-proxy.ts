/** Stands between a platform and its clients and spoils what passes, as a defective platform would. */

import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { decode } from '../../engine/wire/codec.ts'
import { roomData, roomDataHead } from '../../engine/wire/colyseus.ts'
import type { Command, MustFrame, Welcome } from '../../engine/wire/messages.ts'
import { FrameSplitter } from '../swarm/frame-splitter.ts'
import type { Defect } from './bugs.ts'
import { ClientFrames, frameOf } from './frames.ts'

export interface DefectiveProxy {
  readonly endpoint: string
  close(): void
}

/** Passes HTTP on as it is, and each socket with a defect of its own. */
export async function startDefectiveProxy(
  endpoint: string,
  defect: () => Defect,
): Promise<DefectiveProxy> {
  const { hostname, port } = new URL(endpoint)
  const open = new Set<Duplex>()
  const server = createServer((asked, answer) => forward(endpoint, asked, answer))
  server.on('upgrade', (asked: IncomingMessage, client: Duplex) => {
    const upstream = connect(Number(port), hostname)
    for (const end of [client, upstream]) {
      open.add(end)
      end.on('error', () => undefined)
      end.on('close', () => {
        open.delete(end)
        client.destroy()
        upstream.destroy()
      })
    }
    const heads = asked.rawHeaders.map((text, index) => (index % 2 ? `${text}\r\n` : `${text}: `))
    upstream.write(`GET ${asked.url} HTTP/1.1\r\n${heads.join('')}\r\n`)
    spoil(client, upstream, defect())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const end of open) end.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

function forward(endpoint: string, asked: IncomingMessage, answer: ServerResponse): void {
  const { method, headers } = asked
  const on = request(endpoint + asked.url!, { method, headers }, (from) => {
    answer.writeHead(from.statusCode!, from.headers)
    from.pipe(answer)
  })
  on.on('error', () => answer.destroy())
  asked.pipe(on)
}

function spoil(client: Duplex, upstream: Socket, defect: Defect): void {
  const commands = new ClientFrames((payload) => {
    const copy = copyOf(payload, defect)
    if (copy) upstream.write(frameOf(roomData('c', copy), true))
  })
  client.on('data', (bytes: Buffer) => {
    upstream.write(bytes)
    if (defect.also) commands.push(bytes)
  })
  const splitter = new FrameSplitter()
  const numbers = { next: 0 }
  let head: Buffer | undefined = Buffer.alloc(0)
  const frames = (bytes: Buffer): void =>
    splitter.push(bytes, 0, bytes.length, {
      frame(opcode, from, start, end) {
        const payload = Buffer.from(from.subarray(start, end))
        const on = opcode === 2 ? passOn(payload, defect, numbers) : payload
        if (on) client.write(frameOf(on, false, opcode))
      },
    })
  upstream.on('data', (bytes: Buffer) => {
    if (!head) return frames(bytes)
    head = Buffer.concat([head, bytes])
    const end = head.indexOf('\r\n\r\n') + 4
    if (end < 4) return
    client.write(head.subarray(0, end))
    const rest = head.subarray(end)
    head = undefined
    if (rest.length) frames(rest)
  })
}

/** What goes on for a frame of the platform; undefined: nothing. */
function passOn(
  payload: Buffer,
  defect: Defect,
  numbers: { next: number },
): Uint8Array | undefined {
  const { type, start } = roomDataHead(payload) ?? {}
  if (type === 'w') numbers.next = (decode(payload.subarray(start)) as Welcome).seq + 1
  if (type !== 'm') return payload
  const [epoch, , events] = decode(payload.subarray(start)) as MustFrame
  const told = events.flatMap((event) => defect.tell(event))
  const firstSeq = numbers.next
  numbers.next += told.length
  return told.length ? roomData('m', [epoch, firstSeq, told]) : undefined
}

function copyOf(payload: Uint8Array, defect: Defect): Command | undefined {
  const { type, start } = roomDataHead(payload) ?? {}
  if (type !== 'c') return undefined
  return defect.also?.(decode(payload.subarray(start)) as Command)
}
