/** Adds up likes and sends one command per interval; what cannot be sent is dropped. */

import type { Platform } from './platform.ts'

/** The room takes no more in one command. */
const maxPerCommand = 50
/** Nobody taps faster for long; more is a mistake of the caller. */
const maxWaiting = 500

export class LikeCounter {
  readonly #platform: Platform
  readonly #everyMs: number
  readonly #send: (count: number) => boolean
  #waiting = 0
  #armed = false
  #cancel = (): void => {}

  constructor(platform: Platform, everyMs: number, send: (count: number) => boolean) {
    this.#platform = platform
    this.#everyMs = everyMs
    this.#send = send
  }

  add(count: number): void {
    if (!Number.isSafeInteger(count) || count < 1) return
    this.#waiting = Math.min(maxWaiting, this.#waiting + count)
    this.#arm()
  }

  clear(): void {
    this.#cancel()
    this.#waiting = 0
    this.#armed = false
  }

  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    this.#cancel = this.#platform.after(this.#everyMs, () => {
      this.#armed = false
      const count = Math.min(maxPerCommand, this.#waiting)
      this.#waiting -= count
      if (!this.#send(count)) this.#waiting = 0
      if (this.#waiting > 0) this.#arm()
    })
  }
}
