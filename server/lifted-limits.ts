/** What `PLAZA_RATE_LIMITS=off` lifts of sockets and rooms: a load test's clients share one address. */

import type { EngineOptions } from '../engine/runtime/engine.ts'
import { defaultRates } from '../engine/runtime/rate-classes.ts'

const plenty = { perSecond: 1e6, burst: 1e6 }

export const liftedLimits = {
  transport: { limits: { maxSocketsPerIp: 1e6, messageRate: plenty } },
  settings: {
    rates: Object.fromEntries(Object.keys(defaultRates).map((name) => [name, plenty])),
    maxInFlight: 10_000,
  },
} satisfies Pick<EngineOptions, 'transport' | 'settings'>
