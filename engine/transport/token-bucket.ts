/** A rate with a burst, for one payer. */

export interface Rate {
  readonly perSecond: number
  /** Tokens that can be saved up, and the fill at the start. */
  readonly burst: number
}

/** Times are ms of any clock that does not run backwards. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #at: number

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Takes `cost` tokens, or nothing where there are too few. */
  take(now: number, cost = 1): boolean {
    this.#fill(now)
    if (this.#tokens < cost) return false
    this.#tokens -= cost
    return true
  }

  /** Whole tokens at hand. */
  available(now: number): number {
    this.#fill(now)
    return Math.floor(this.#tokens)
  }

  /** Until `cost` tokens are there, ms; Infinity where the bucket never holds so many. */
  waitMs(now: number, cost = 1): number {
    this.#fill(now)
    if (cost > this.#rate.burst) return Infinity
    return Math.max(0, Math.ceil(((cost - this.#tokens) / this.#rate.perSecond) * 1_000))
  }

  #fill(now: number): void {
    const elapsed = Math.max(0, now - this.#at)
    this.#at = now
    this.#tokens = Math.min(
      this.#rate.burst,
      this.#tokens + (elapsed * this.#rate.perSecond) / 1_000,
    )
  }
}
