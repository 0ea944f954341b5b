/** How long people heard nothing around a fault, from their own logs. */

import { of, type ClientLog } from '../checker/evidence.ts'

export interface Silence {
  /** Ms since the start of the run. */
  readonly faultAt: number
  /** Longest time without an event that covers or follows the fault, ms: for half of the people, for the last. */
  readonly median: number
  readonly longest: number
}

/** What lies later belongs to another fault. */
const windowMs = 30_000

export function silences(
  clients: readonly ClientLog[],
  faults: readonly number[],
  startedAt: number,
): readonly Silence[] {
  return faults.map((fault, index) => {
    const end = Math.min(fault + windowMs, faults[index + 1] ?? Infinity)
    const each = clients
      .map((client) => longestSilence(client, fault, end))
      .toSorted((a, b) => a - b)
    return {
      faultAt: fault - startedAt,
      median: each[Math.floor(each.length / 2)] ?? 0,
      longest: each.at(-1) ?? 0,
    }
  })
}

function longestSilence(client: ClientLog, from: number, to: number): number {
  let last: number | undefined
  let longest = 0
  for (const { t } of of(client, 'see')) {
    if (t >= from && last !== undefined && last <= to)
      longest = Math.max(longest, t - Math.max(last, from))
    last = t
  }
  return longest
}
