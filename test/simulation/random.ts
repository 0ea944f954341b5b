/** Seeded randomness: an independent stream per name, so that leaving one thing out disturbs no other. */

export class Random {
  #state: number

  constructor(seed: number, name: string) {
    this.#state = seed | 0
    for (let index = 0; index < name.length; index += 1)
      this.#state = Math.imul(this.#state ^ name.charCodeAt(index), 0x5bd1e995) ^ (seed >>> 3)
  }

  /** Uniform in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let x = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)]!
  }
}
