/** Shapes lines to a budget: what does not fit is shed by priority, counted and never queued. */

import { TokenBucket, type Rate } from '../transport/token-bucket.ts'

interface Offered<Line> {
  readonly line: Line
  readonly priority: number
  readonly place: number
}

export interface Shaped<Line> {
  /** In the order in which they were offered. */
  readonly lines: readonly Line[]
  /** Lines that did not fit since the last take. */
  readonly shed: number
}

/**
 * Lines of a tick compete for the tokens that are there: higher priority first, then who came first.
 * Keeps at most `8 × burst` lines between two takes, however many are offered.
 */
export class Shaper<Line> {
  readonly #bucket: TokenBucket
  readonly #keep: number
  #offered: Offered<Line>[] = []
  #places = 0
  #shed = 0

  constructor(rate: Rate, now: number) {
    this.#bucket = new TokenBucket(rate, now)
    this.#keep = Math.max(8, Math.ceil(rate.burst) * 4)
  }

  offer(line: Line, priority: number): void {
    this.#places += 1
    this.#offered.push({ line, priority, place: this.#places })
    if (this.#offered.length > 2 * this.#keep) this.#cut(this.#keep)
  }

  get waiting(): boolean {
    return this.#offered.length > 0 || this.#shed > 0
  }

  take(now: number): Shaped<Line> {
    this.#cut(this.#bucket.available(now))
    const chosen = this.#offered.sort((a, b) => a.place - b.place)
    const shed = this.#shed
    this.#bucket.take(now, chosen.length)
    this.#offered = []
    this.#shed = 0
    return { lines: chosen.map(({ line }) => line), shed }
  }

  #cut(size: number): void {
    const over = this.#offered.length - size
    if (over <= 0) return
    this.#offered.sort((a, b) => b.priority - a.priority || a.place - b.place)
    this.#offered.length = size
    this.#shed += over
  }
}
