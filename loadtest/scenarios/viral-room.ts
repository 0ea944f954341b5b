/** A star goes live: everybody is in one room, many talk, some give, all tap. */

import type { Scenario } from './scenario.ts'

export const viralRoom: Scenario = {
  name: 'viral-room',
  about: 'many viewers in one room under danmaku, gifts and likes',
  defaults: {
    viewers: 1_000,
    rooms: 1,
    rates: { danmaku: 50, gifts: 5, likes: 20 },
    ramp: 10,
    duration: 60,
    senders: 50,
    witnesses: 2,
    thresholds: ['ack.p99<500ms', 'fanout.must.p99<500ms'],
  },
  main: 'danmaku',
  spread: 'even',
}
