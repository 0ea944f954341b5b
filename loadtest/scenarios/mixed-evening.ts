/** An ordinary evening: few large rooms and many small ones, people who come and go. */

import type { Scenario, Stage } from './scenario.ts'

export const mixedEvening: Scenario = {
  name: 'mixed-evening',
  about: 'few large rooms and many small ones, with viewers whose connections fail now and then',
  defaults: {
    viewers: 2_000,
    rooms: 8,
    rates: { danmaku: 60, gifts: 10, likes: 40 },
    ramp: 20,
    duration: 60,
    senders: 80,
    witnesses: 2,
    thresholds: ['ack.p99<500ms', 'fanout.must.p99<500ms'],
  },
  main: 'danmaku',
  spread: 'zipf',
  play: shakyNetworks,
}

/** Every so often some viewers of a room lose their connection, as in a lift or a train. */
const everySeconds = 2
const dropped = 0.01

async function shakyNetworks({ rooms, swarm, at, over, random }: Stage): Promise<void> {
  for (let second = everySeconds; !over.aborted; second += everySeconds) {
    await at(second)
    const group = rooms[Math.floor(random() * rooms.length)]?.group
    if (group && !over.aborted) swarm.drop(group, dropped)
  }
}
