/** The link is shared: thousands come within seconds into a room that is busy already. */

import type { Scenario } from './scenario.ts'

export const joinStorm: Scenario = {
  name: 'join-storm',
  about: 'viewers who come all at once, each with a seat and a view of its own',
  defaults: {
    viewers: 3_000,
    rooms: 1,
    rates: { danmaku: 10, gifts: 2, likes: 5 },
    ramp: 5,
    duration: 15,
    senders: 20,
    witnesses: 2,
    thresholds: ['join.p99<5s', 'failed<1'],
  },
  main: 'joins',
  spread: 'even',
  late: true,
}
