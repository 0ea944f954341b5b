/** Which lanes a socket still gets while bytes wait for it. */

import type { LaneLimits } from './transport.ts'

/** 0: all lanes. 1: without `may`. 2: `must` alone. */
export type LaneLevel = 0 | 1 | 2

/**
 * A socket loses `may` first, then `should`. It gets both back when half of the lowest limit remains, so
 * that it does not swing on the limit.
 */
export function laneLevel(buffered: number, current: LaneLevel, limits: LaneLimits): LaneLevel {
  if (buffered > limits.should) return 2
  if (buffered > limits.may) return current > 1 ? current : 1
  return buffered <= limits.may / 2 ? 0 : current
}
