/** A socket for pg clients whose bytes travel over a frame channel. */

import { Duplex } from 'node:stream'
import type { Frame, FrameChannel } from '../channel.ts'

/** All sockets over one channel. */
export class ChannelSockets {
  readonly #channel: FrameChannel
  readonly #sockets = new Map<string, ChannelSocket>()
  #closed: Error | undefined

  constructor(channel: FrameChannel) {
    this.#channel = channel
    channel.onFrame((frame) => this.#receive(frame))
    channel.onClose((reason) => {
      this.#closed = reason
      for (const socket of this.#sockets.values()) socket.destroy(reason)
    })
  }

  /** For `stream` of a pg client. */
  create(): ChannelSocket {
    const id = crypto.randomUUID()
    const socket = new ChannelSocket((frame) => this.#channel.post(frame), id, this.#closed)
    this.#sockets.set(id, socket)
    socket.once('close', () => this.#sockets.delete(id))
    return socket
  }

  #receive(frame: Frame): void {
    const socket = this.#sockets.get(frame[1])
    if (frame[0] === 'data')
      socket?.push(Buffer.from(frame[2].buffer, frame[2].byteOffset, frame[2].byteLength))
    else if (frame[0] === 'close') socket?.push(null)
  }
}

/** Has what pg uses of net.Socket. */
export class ChannelSocket extends Duplex {
  readonly #post: (frame: Frame) => void
  readonly #id: string
  readonly #refused: Error | undefined

  constructor(post: (frame: Frame) => void, id: string, refused: Error | undefined) {
    super()
    this.#post = post
    this.#id = id
    this.#refused = refused
  }

  connect(): this {
    if (this.#refused) return this.destroy(this.#refused)
    this.#post(['open', this.#id])
    process.nextTick(() => this.emit('connect'))
    return this
  }

  setNoDelay = () => this
  setKeepAlive = () => this
  ref = () => this
  unref = () => this

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#post(['data', this.#id, chunk])
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#post(['data', this.#id, Buffer.concat(chunks.map(({ chunk }) => chunk))])
    done()
  }

  override _final(done: (error?: Error) => void): void {
    this.#post(['close', this.#id])
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#post(['close', this.#id])
    done(error)
  }
}
