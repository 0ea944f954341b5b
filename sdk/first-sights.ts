/** Remembers the newest ids, to tell what comes a second time: a line's answer and its echo. */

/** Own lines remembered at once. */
const remembered = 200

export class FirstSights {
  readonly #ids = new Set<string>()

  /** True the first time. */
  see(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    if (this.#ids.size > remembered) this.#ids.delete(this.#ids.values().next().value!)
    return true
  }
}
