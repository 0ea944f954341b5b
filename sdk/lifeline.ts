/** Notices that the other end of a connection is gone, also when nobody says so. */

import type { Platform } from './platform.ts'

export interface LifelineTimes {
  /** From the seat to the welcome, ms. */
  joinMs: number
  /** Silence after which the other end is asked whether it lives. */
  silenceMs: number
  /** How long it may take to say so. */
  pongMs: number
  /** The same, when the app comes back from the background and the person waits. */
  wakeMs: number
}

export const lifelineTimes: LifelineTimes = {
  joinMs: 10_000,
  silenceMs: 15_000,
  pongMs: 8_000,
  wakeMs: 3_000,
}

export class Lifeline {
  readonly #platform: Platform
  readonly #ping: () => void
  readonly #dead: () => void
  #heardAt = 0
  #heardCount = 0
  #cancel = (): void => {}

  /** `ping` may throw where the socket is gone. `dead` is called at most once per `expect` or `watch`. */
  constructor(platform: Platform, ping: () => void, dead: () => void) {
    this.#platform = platform
    this.#ping = ping
    this.#dead = dead
  }

  heard(): void {
    this.#heardAt = this.#platform.now()
    this.#heardCount++
  }

  /** A connection was begun: the welcome has to come in time. */
  expect(): void {
    this.#heardAt = this.#platform.now()
    this.#due(lifelineTimes.joinMs, this.#dead)
  }

  /** Asks only when nothing was heard for a while: a lively room needs no pings. */
  watch(): void {
    const silent = Math.max(0, this.#platform.now() - this.#heardAt)
    if (silent >= lifelineTimes.silenceMs) this.probe(lifelineTimes.pongMs)
    else this.#due(lifelineTimes.silenceMs - silent, () => this.watch())
  }

  /** Anything at all within the time is a sign of life. */
  probe(withinMs: number): void {
    const heard = this.#heardCount
    try {
      this.#ping()
    } catch {
      this.stop()
      return this.#dead()
    }
    this.#due(withinMs, () => (this.#heardCount > heard ? this.watch() : this.#dead()))
  }

  stop(): void {
    this.#cancel()
  }

  #due(ms: number, fn: () => void): void {
    this.#cancel()
    this.#cancel = this.#platform.after(ms, fn)
  }
}
