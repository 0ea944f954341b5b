/** Collects items and hands them on in batches: the first at once, further ones at most every `everyMs`. */

import type { Platform } from './platform.ts'

export class Batches<T> {
  readonly #platform: Platform
  readonly #everyMs: number
  readonly #deliver: (batch: readonly T[]) => void
  #items: T[] = []
  #resting = false
  #cancel = (): void => {}

  constructor(platform: Platform, everyMs: number, deliver: (batch: readonly T[]) => void) {
    this.#platform = platform
    this.#everyMs = everyMs
    this.#deliver = deliver
  }

  add(item: T): void {
    this.#items.push(item)
    if (this.#resting) return
    this.#resting = true
    // The rest of the same frame goes with the first item.
    this.#cancel = this.#platform.after(0, () => this.#next())
  }

  /** Delivers what waits and stops the clock. */
  flush(): void {
    this.#cancel()
    this.#resting = false
    if (this.#items.length > 0) this.#deliver(this.#items.splice(0))
  }

  #next(): void {
    if (this.#items.length === 0) {
      this.#resting = false
      return
    }
    this.#deliver(this.#items.splice(0))
    this.#cancel = this.#platform.after(this.#everyMs, () => this.#next())
  }
}
