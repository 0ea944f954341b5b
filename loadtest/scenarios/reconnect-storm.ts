/** A network fails: every viewer is cut off in the same moment, and all want back. */

import type { Scenario, Stage } from './scenario.ts'

export const reconnectStorm: Scenario = {
  name: 'reconnect-storm',
  about: 'every socket cut at once; how long until all are back, and what they missed',
  defaults: {
    viewers: 2_000,
    rooms: 1,
    rates: { danmaku: 10, gifts: 5, likes: 5 },
    ramp: 10,
    duration: 40,
    senders: 20,
    witnesses: 2,
    thresholds: ['storm.seconds<20', 'gaps<1'],
  },
  main: 'danmaku',
  spread: 'even',
  play: storm,
}

async function storm(stage: Stage): Promise<void> {
  const { plan, rooms, swarm, figures, over } = stage
  await stage.at(plan.duration / 4)
  const before = figures.total('viewers.returned')
  const viewers = (await swarm.counts()).figures.open
  stage.note(`${viewers} sockets are cut`)
  for (const { group } of rooms) if (group) swarm.drop(group)
  const from = stage.now()
  while (!over.aborted) {
    await stage.at(stage.now() + 0.25)
    if (figures.total('viewers.returned') - before < viewers) continue
    stage.note('all are back')
    figures.level('storm.seconds', stage.now() - from)
    return
  }
}
