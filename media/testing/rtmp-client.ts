/** A bare RTMP publisher, able to misbehave: for tests of the ingest. */

import { connect, type Socket } from 'node:net'
import { once } from 'node:events'

const chunkSize = 60_000
const handshakeBytes = 1536

/** Speaks what it is told and ignores what it hears, the server's FIN included. */
export class RtmpClient {
  readonly socket: Socket
  /** Everything the server said after the handshake. */
  received: Buffer = Buffer.alloc(0)
  closed = false
  #waiting: (() => void)[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes])
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('end', () => this.#wake())
    socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  /** Connects and shakes hands. */
  static async connect(port: number): Promise<RtmpClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    const client = new RtmpClient(socket)
    client.send(Buffer.concat([Buffer.from([3]), Buffer.alloc(handshakeBytes)]))
    await client.until(() => client.received.length >= 1 + 2 * handshakeBytes)
    client.received = Buffer.alloc(0)
    client.send(Buffer.alloc(handshakeBytes))
    return client
  }

  /** Asks to publish; the answer is awaited with `accepted`. */
  publish(key: string, app = 'live'): void {
    this.send(this.greeting(app), this.command('publish', 5, null, key, 'live'))
  }

  greeting(app = 'live'): Buffer {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(chunkSize)
    return Buffer.concat([
      message(2, 1, 0, 0, size),
      this.command('connect', 1, { app, tcUrl: `rtmp://127.0.0.1/${app}` }),
      this.command('createStream', 4, null),
    ])
  }

  command(name: string, id: number, ...values: unknown[]): Buffer {
    return message(
      3,
      20,
      name === 'publish' || name === 'play' ? 1 : 0,
      0,
      amf(name, id, ...values),
    )
  }

  video(time: number, body: Buffer): Buffer {
    return message(6, 9, 1, time, body)
  }

  audio(time: number, body: Buffer): Buffer {
    return message(4, 8, 1, time, body)
  }

  send(...parts: Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts))
  }

  /** True when the server allowed publishing, false when it refused or hung up. */
  async accepted(): Promise<boolean> {
    const verdict = () =>
      /NetStream\.Publish\.(Start|BadName)/.exec(this.received.toString('latin1'))
    await this.until(() => this.dismissed || verdict() !== null)
    return verdict()?.[1] === 'Start'
  }

  /** Resolves as soon as the condition holds after something arrived or the connection closed. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.closed) throw new Error('the connection closed first')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Whether the server ended the connection, with or without a farewell. */
  get dismissed(): boolean {
    return this.closed || this.socket.readableEnded
  }

  async hangUp(): Promise<void> {
    this.socket.destroy()
    await this.until(() => this.closed)
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** H.264 sequence header of a 640x360 baseline picture. */
export const avcConfig = Buffer.from(
  '17000000000142c01effe100196742c01eda0280bfe5c044000003000400000300c83c58ba8001000468ce0fc8',
  'hex',
)

/** AAC-LC, 44.1 kHz, stereo. */
export const aacConfig = Buffer.from([0xaf, 0, 0x12, 0x10])

/** A video body: key or inter frame, with a payload of any bytes. */
export function avcFrame(key: boolean, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([key ? 0x17 : 0x27, 1, 0, 0, 0]), payload])
}

export function aacFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xaf, 1]), payload])
}

/** One message in as few chunks as the client's chunk size allows. */
export function message(
  chunkStream: number,
  type: number,
  stream: number,
  time: number,
  body: Buffer,
): Buffer {
  const head = Buffer.alloc(12)
  head[0] = chunkStream
  head.writeUIntBE(Math.min(time, 0xfffffe), 1, 3)
  head.writeUIntBE(body.length, 4, 3)
  head[7] = type
  head.writeUInt32LE(stream, 8)
  const parts: Buffer[] = [head]
  for (let at = 0; at < body.length; at += chunkSize) {
    if (at > 0) parts.push(Buffer.from([0xc0 | chunkStream]))
    parts.push(body.subarray(at, at + chunkSize))
  }
  return Buffer.concat(parts)
}

/** AMF0: strings, numbers, null and flat objects of strings. */
export function amf(...values: unknown[]): Buffer {
  return Buffer.concat(values.map(amfValue))
}

function amfValue(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), amfText(value)])
  if (typeof value === 'number') {
    const number = Buffer.alloc(9)
    number.writeDoubleBE(value, 1)
    return number
  }
  if (typeof value !== 'object' || value === null) return Buffer.from([5])
  const fields = Object.entries(value).flatMap(([name, each]) => [amfText(name), amfValue(each)])
  return Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, 9])])
}

function amfText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
