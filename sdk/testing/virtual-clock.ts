/** The one owner of time in a test: timers run when the test says so, in order. */

export class VirtualClock {
  #now: number
  #timers: { at: number; order: number; fn: () => void }[] = []
  #order = 0

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start
  }

  get now(): number {
    return this.#now
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, fn }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  /** Runs all that is due within `ms`, with every promise that it settles. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await this.settle()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at)
      this.#timers = this.#timers.filter((other) => other !== next)
      next.fn()
      await this.settle()
    }
    this.#now = end
  }

  /** Advances until `condition` holds; throws when it does not within `limitMs` of virtual time. */
  async until(condition: () => boolean, limitMs = 120_000): Promise<void> {
    const end = this.#now + limitMs
    await this.settle()
    while (!condition()) {
      const next = this.#next(end)
      if (!next) throw new Error(`condition not met within ${limitMs} ms of virtual time`)
      await this.advance(Math.max(0, next.at - this.#now))
    }
  }

  /** Lets promises settle, without any time passing. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  #next(end: number): { at: number; order: number; fn: () => void } | undefined {
    let next: { at: number; order: number; fn: () => void } | undefined
    for (const timer of this.#timers)
      if (
        timer.at <= end &&
        (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
      )
        next = timer
    return next
  }
}
