/** Ids that flushes under way settle: two of one node never settle the same at once. */

export class SettlingIds {
  readonly #underWay = new Map<string, Promise<void>>()

  /**
   * Runs `flush` once no other one settles any of `ids`. Two transactions that write the same key meet in the
   * database too, but there the later one fails whole, after its decisions, when nothing can be tried again.
   */
  async alone<T>(ids: readonly string[], flush: () => Promise<T>): Promise<T> {
    for (let other; (other = this.#other(ids));) await other
    const over = Promise.withResolvers<void>()
    for (const id of ids) this.#underWay.set(id, over.promise)
    try {
      return await flush()
    } finally {
      for (const id of ids) this.#underWay.delete(id)
      over.resolve()
    }
  }

  #other(ids: readonly string[]): Promise<void> | undefined {
    if (!this.#underWay.size) return undefined
    for (const id of ids) {
      const other = this.#underWay.get(id)
      if (other) return other
    }
    return undefined
  }
}
