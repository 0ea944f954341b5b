/** The last minute of a battle: gifts from all sides, in several rooms at once. */

import type { Scenario } from './scenario.ts'

export const giftRush: Scenario = {
  name: 'gift-rush',
  about: 'gifts as fast as they come, in several rooms at once',
  defaults: {
    viewers: 200,
    rooms: 4,
    rates: { danmaku: 5, gifts: 300, likes: 0 },
    ramp: 2,
    duration: 30,
    senders: 100,
    witnesses: 2,
    thresholds: ['gift.ack.p99<500ms', 'refused<1%'],
  },
  main: 'gifts',
  spread: 'even',
}
