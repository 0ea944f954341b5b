/** Locks on rows: a transaction waits until all of its rows are free, then has them together. */

export class RowLocks {
  readonly #held = new Map<string, object>()
  #waiting: { keys: readonly string[]; holder: object; granted: () => void }[] = []

  take(keys: readonly string[], holder: object, granted: () => void): void {
    this.#waiting.push({ keys, holder, granted })
    this.#grant()
  }

  /** Ends what `holder` has and what it waits for. */
  release(holder: object): void {
    for (const [key, held] of this.#held) if (held === holder) this.#held.delete(key)
    this.#waiting = this.#waiting.filter((one) => one.holder !== holder)
    this.#grant()
  }

  #grant(): void {
    for (let index = 0; index < this.#waiting.length;) {
      const { keys, holder, granted } = this.#waiting[index]!
      if (keys.some((key) => this.#held.has(key))) {
        index += 1
        continue
      }
      this.#waiting.splice(index, 1)
      for (const key of keys) this.#held.set(key, holder)
      granted()
      index = 0 // it may have released again
    }
  }
}
