/** Several times what a node can carry in one room, while another room goes about its evening. */

import { checksOf } from './overload-checks.ts'
import type { Phase, Scenario } from './scenario.ts'

/** Of what the platform turned out to carry: before and after the flood, and in it. */
const [carried, flooded] = [0.5, 5]

const phases: readonly Phase[] = [
  { name: 'calm', share: 0.25, factor: carried },
  { name: 'flood', share: 0.4, factor: flooded },
  { name: 'after', share: 0.35, factor: carried },
]

export const overload: Scenario = {
  name: 'overload',
  about: 'five times the load that a node carries in one room; what is kept, and what others feel',
  defaults: {
    viewers: 500,
    rooms: 1,
    rates: { danmaku: 4_000, gifts: 4_000, likes: 1_000 },
    ramp: 3,
    duration: 60,
    senders: 100,
    witnesses: 2,
    thresholds: [],
  },
  main: 'danmaku',
  spread: 'even',
  probe: { seconds: 9, inFlight: 500 },
  phases,
  side: { danmaku: 20, gifts: 10, likes: 0 },
  judge: ({ plan, figures, capacity }, heard) => {
    const [calm, flood] = phases.map(({ share }) => share * plan.duration) as [number, number]
    return checksOf({
      figures,
      heard,
      witnesses: plan.witnesses,
      offeredDue: (capacity ?? NaN) * flooded,
      factor: flooded,
      from: calm,
      to: calm + flood,
    })
  },
}
