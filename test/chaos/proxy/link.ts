/** One direction of a proxied connection: bytes wait, trickle, are held back or vanish, as the weather says. */

import type { Socket } from 'node:net'

/**
 * `pass`; `hold`: bytes wait and arrive after all, as TCP repeats what a bad line lost; `swallow`: they are
 * taken and lost, while both ends believe in the connection.
 */
export type Flow = 'pass' | 'hold' | 'swallow'

export interface Weather {
  readonly flow: Flow
  readonly delayMs: number
  /** On top of the delay, evenly between 0 and this. Order is kept. */
  readonly jitterMs: number
  /** 0: as fast as it goes. */
  readonly bytesPerSecond: number
}

export const fair: Weather = { flow: 'pass', delayMs: 0, jitterMs: 0, bytesPerSecond: 0 }

export interface LinkOptions {
  readonly from: Socket
  readonly to: Socket
  readonly weather: () => Weather
  readonly random: () => number
  /** Sees what is about to be delivered; false: it is not. */
  readonly tap?: ((bytes: Buffer) => boolean) | undefined
}

/** Pieces of a throttled stream. */
const pieceBytes = 1_460
/** With so much on its way the sender is made to wait. */
const mostBytes = 256 * 1_024

export class Link {
  /** Bytes or the end of the stream were lost on this connection: it cannot be mended. */
  broken = false
  readonly #options: LinkOptions
  readonly #queue: { bytes: Buffer | undefined; due: number }[] = []
  #bytes = 0
  #last = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    const { from, to } = options
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => this.#enter(undefined))
    from.on('close', () => this.#enter(undefined))
    to.on('drain', () => this.wake())
  }

  /** After the weather changed. */
  wake(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#deliver()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#queue.length = 0
  }

  #take(bytes: Buffer): void {
    const size = this.#options.weather().bytesPerSecond > 0 ? pieceBytes : bytes.length
    for (let at = 0; at < bytes.length; at += size) this.#enter(bytes.subarray(at, at + size))
  }

  #enter(bytes: Buffer | undefined): void {
    const { weather, random, from } = this.#options
    const { delayMs, jitterMs, bytesPerSecond } = weather()
    const length = bytes?.length ?? 0
    const travel = delayMs + jitterMs * random()
    const drain = bytesPerSecond > 0 ? (length / bytesPerSecond) * 1_000 : 0
    this.#last = Math.max(performance.now() + travel, this.#last) + drain
    this.#queue.push({ bytes, due: this.#last })
    this.#bytes += length
    if (this.#bytes > mostBytes) from.pause()
    if (this.#timer === undefined) this.#deliver()
  }

  #deliver(): void {
    const { from, to, weather, tap } = this.#options
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const { flow } = weather()
      if (flow === 'hold') return
      const wait = head.due - performance.now()
      if (wait > 0) {
        this.#timer = setTimeout(() => this.wake(), Math.ceil(wait))
        return
      }
      if (to.writableNeedDrain && flow === 'pass') return
      this.#queue.shift()
      this.#bytes -= head.bytes?.length ?? 0
      if (this.#bytes <= mostBytes) from.resume()
      if (flow === 'swallow') this.broken = true
      else if (!head.bytes) to.end()
      else if ((tap?.(head.bytes) ?? true) && to.writable) to.write(head.bytes)
    }
  }
}
