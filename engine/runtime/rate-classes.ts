/** Who pays for how many commands: the rate classes that features name in `CommandSpec.rate`. */

import { RoomError } from '../kernel/room-error.ts'
import { TokenBucket, type Rate } from '../transport/token-bucket.ts'

export type RateClasses = Readonly<Record<string, Rate>>

/** A second and at once. `default` is for classes that are not named here. */
export const defaultRates: RateClasses = {
  chat: { perSecond: 2, burst: 6 },
  like: { perSecond: 5, burst: 15 },
  gift: { perSecond: 10, burst: 30 },
  control: { perSecond: 2, burst: 10 },
  default: { perSecond: 5, burst: 10 },
}

/** The buckets of one payer. */
export class RateBuckets {
  readonly #rates: RateClasses
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(rates: RateClasses) {
    this.#rates = rates
  }

  /** Throws RoomError `rate_limited` with `{ retryInMs }`. */
  pay(rateClass: string, now: number): void {
    const name = Object.hasOwn(this.#rates, rateClass) ? rateClass : 'default'
    let bucket = this.#buckets.get(name)
    if (!bucket) {
      bucket = new TokenBucket(this.#rates[name] ?? defaultRates['default']!, now)
      this.#buckets.set(name, bucket)
    }
    if (bucket.take(now)) return
    throw new RoomError('rate_limited', 'Too fast; wait a moment.', {
      retry: 'retry',
      data: { retryInMs: bucket.waitMs(now) },
    })
  }
}
