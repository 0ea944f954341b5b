/** The port behind which tries are counted: in memory, or over Redis for all nodes. */

import type { Soon } from '../engine/kernel/soon.ts'

export interface Counter {
  /** Takes one. Throws `rate_limited` with `{ retryInMs }` when the key has none left. */
  take(key: string): Soon<void>
  /** Gives one back. */
  give(key: string): Soon<void>
  /** Forgets the key. */
  reset(key: string): Soon<void>
}

/** Makes a counter that gives each key `limit` tries in `seconds`. */
export type Counters = (options: { name: string; limit: number; seconds: number }) => Counter
