/** Budgets of the HTTP API: so many calls a minute, by user and by address. */

import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Soon } from '../../engine/kernel/soon.ts'
import type { Counter, Counters } from '../../services/counter.ts'
import type { RateClass } from '../../services/route.ts'
import { WindowCounter } from './window-counter.ts'

/** Calls a minute. An address may stand for a school or a phone network, so it gets more. */
const budgets: Readonly<Record<Exclude<RateClass, 'free'>, { user: number; address: number }>> = {
  read: { user: 600, address: 3000 },
  write: { user: 120, address: 600 },
  auth: { user: 60, address: 120 },
  upload: { user: 20, address: 60 },
  money: { user: 60, address: 300 },
  seat: { user: 60, address: 600 },
}

/** Makes counters in this process, or over Redis for all nodes (then in this process while it is away). */
export function createCounters(redis?: unknown): Counters {
  return ({ name, limit, seconds }) => {
    if (redis === undefined) {
      const now = (): number => performance.now()
      return new WindowCounter({ limit, windowMs: seconds * 1_000, now, refusal: limited })
    }
    const options = { keyPrefix: `plaza:rate:${name}`, points: limit, duration: seconds }
    const insuranceLimiter = new RateLimiterMemory(options)
    return counter(new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter }))
  }
}

/** Counters that never refuse. */
export const unlimited: Counters = () => ({
  take: () => undefined,
  give: () => undefined,
  reset: () => undefined,
})

type Payer = 'user' | 'address'

/** Charges a call to its class's budget. */
export class RateLimits {
  readonly #counters: Readonly<Record<Payer, ReadonlyMap<RateClass, Counter>>>

  constructor(counters: Counters) {
    const of = (by: Payer): ReadonlyMap<RateClass, Counter> =>
      new Map(
        Object.entries(budgets).map(([name, budget]) => [
          name as RateClass,
          counters({ name: `${name}.${by}`, limit: budget[by], seconds: 60 }),
        ]),
      )
    this.#counters = { user: of('user'), address: of('address') }
  }

  /** Throws `rate_limited`. */
  charge(rate: RateClass, by: Payer, key: string): Soon<void> {
    return this.#counters[by].get(rate)?.take(key)
  }
}

function counter(limiter: RateLimiterAbstract): Counter {
  return {
    async take(key) {
      try {
        await limiter.consume(key)
      } catch (refusal) {
        throw refusal instanceof RateLimiterRes ? limited(refusal.msBeforeNext) : refusal
      }
    },
    async give(key) {
      await limiter.reward(key)
    },
    async reset(key) {
      await limiter.delete(key)
    },
  }
}

function limited(ms: number): RoomError {
  const retryInMs = Math.max(1000, Math.ceil(ms))
  return new RoomError('rate_limited', 'Too many tries; wait a little.', {
    retry: 'retry',
    data: { retryInMs },
  })
}
