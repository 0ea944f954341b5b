/** Harm to clients' sockets, and many clients at once. */

import { createClient, type Client } from '../../../sdk/index.ts'
import { until } from '../../support/people.ts'
import type { Finding } from '../checker/findings.ts'
import type { Scenario } from './scenario.ts'
import { demand, noGap, sameEpoch, sleep, underGifts } from './under-gifts.ts'

const cut: Scenario = {
  name: 'client-cut',
  title: 'Sockets of all clients are reset, five times',
  stage: { doors: true },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      for (let turn = 1; turn <= 5; turn += 1) {
        stage.timeline.fault(`all sockets are reset (${turn} of 5)`)
        for (const { door } of stage.nodes) door.cut()
        await burst.everybody()
      }
      stage.timeline.heal('sockets hold')
      return [noGap(stage)]
    }),
}

const halfOpen: Scenario = {
  name: 'client-half-open',
  title: "One node's clients talk into the void for 20 s: neither side is told",
  stage: { doors: true },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const { id, door } = await stage.otherNode()
      stage.timeline.fault(`clients of ${id} talk into the void`)
      door.set({ flow: 'swallow' })
      await sleep(20_000)
      door.heal()
      stage.timeline.heal('their sockets are reset')
      await burst.everybody()
    }),
}

const badLine: Scenario = {
  name: 'client-bad-line',
  title: 'Clients have 150 ms each way, 300 ms of jitter and 8 kB/s',
  stage: { doors: true, watchers: 2 },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      stage.timeline.fault('the line is bad')
      const weather = { delayMs: 150, jitterMs: 300, bytesPerSecond: 8_000 }
      for (const { door } of stage.nodes) door.set(weather)
      await burst.more(60)
      for (const { door } of stage.nodes) door.heal()
      stage.timeline.heal('the line is good')
      return [await sameEpoch(stage, epoch)]
    }),
}

const guests = 150

const joinStorm: Scenario = {
  name: 'join-storm',
  title: `${guests} guests join while the leader is killed`,
  run: (stage) =>
    underGifts(stage, async (burst): Promise<readonly Finding[]> => {
      const leader = await stage.leaderNode()
      const epoch = await stage.epoch()
      const others = stage.nodes.filter(({ id }) => id !== leader.id)
      stage.timeline.fault(`kill -9 ${leader.id}, and ${guests} guests knock`)
      await leader.process.kill()
      const clients: Client[] = []
      let inside = 0
      const joining = Array.from({ length: guests }, async (_, index) => {
        const { endpoint } = others[index % others.length]!
        const client = createClient({ endpoint })
        clients.push(client)
        const room = await client.live.join(stage.live, { timeoutMs: 60_000 })
        await until('a guest is online', () => room.status === 'online', { withinMs: 60_000 })
        inside += 1
      })
      const failed = (await Promise.allSettled(joining)).filter((end) => end.status === 'rejected')
      stage.timeline.note(`${inside} guests are in`)
      await stage.takenOver(epoch)
      await burst.more(40)
      for (const client of clients) client.close()
      await leader.process.start()
      stage.timeline.heal(`${leader.id} runs again`)
      return [demand('J', 'Every guest gets in', !failed.length, () => `${failed.length} did not`)]
    }),
}

export const clientScenarios: readonly Scenario[] = [cut, halfOpen, badLine, joinStorm]
