/** Harm to Redis: emptied, killed, cut off, silent, used by others. It is a hint and never the authority. */

import type { Finding } from '../checker/findings.ts'
import { Person } from '../stage/person.ts'
import type { Stage } from '../stage/stage.ts'
import type { Scenario } from './scenario.ts'
import { demand, sameEpoch, sleep, underGifts } from './under-gifts.ts'

/** As long as Redis is away, people at the leader's node are served. */
async function servedByLeader(stage: Stage, away: () => Promise<void>): Promise<Finding> {
  const { id } = await stage.leaderNode()
  const own = stage.givers.filter(({ name }) => name.startsWith(id))
  const before = own.reduce((sum, { acked }) => sum + acked, 0)
  await away()
  const served = own.reduce((sum, { acked }) => sum + acked, 0) - before
  return demand(
    'P4',
    "People at the leader's node are served without Redis",
    served > 10,
    () => `${served} gifts were acknowledged at ${id}`,
  )
}

const flush: Scenario = {
  name: 'redis-flush',
  title: 'FLUSHALL on Redis, three times under load: no second owner',
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      for (let turn = 1; turn <= 3; turn += 1) {
        stage.timeline.fault(`FLUSHALL ${turn}`)
        await stage.cluster.redis.client.flushall()
        await burst.more(40)
      }
      stage.timeline.heal('nothing more is flushed')
      return [await sameEpoch(stage, epoch), await listed(stage)]
    }),
}

/** The room is found through every node. */
async function listed(stage: Stage): Promise<Finding> {
  const missing: string[] = []
  for (const { id, endpoint } of stage.nodes) {
    const answer = await fetch(`${endpoint}/api/live?limit=50`)
    if (!(await answer.text()).includes(stage.live)) missing.push(id)
  }
  return demand(
    'L',
    'Every node lists the room',
    missing.length === 0,
    () => `${missing.join()} do not`,
  )
}

const restart: Scenario = {
  name: 'redis-restart',
  title: 'Redis is killed and comes back empty after 4 s',
  run: (stage) =>
    underGifts(stage, async () => {
      const epoch = await stage.epoch()
      stage.timeline.fault('kill -9 of Redis')
      await stage.cluster.redis.kill()
      const served = await servedByLeader(stage, () => sleep(4_000))
      await stage.cluster.redis.start()
      stage.timeline.heal('Redis runs again, empty')
      return [await sameEpoch(stage, epoch), served]
    }),
}

const partitionRelay: Scenario = {
  name: 'redis-partition-relay',
  title: 'One node hears nothing of Redis for 6 s; its bytes arrive late',
  stage: { proxied: true },
  run: (stage) =>
    underGifts(stage, async () => {
      const epoch = await stage.epoch()
      const relay = await stage.otherNode()
      stage.timeline.fault(`${relay.id} is cut off from Redis`)
      relay.redis.set({ flow: 'hold' })
      const served = await servedByLeader(stage, () => sleep(6_000))
      relay.redis.heal()
      stage.timeline.heal(`${relay.id} hears Redis again`)
      return [await sameEpoch(stage, epoch), served]
    }),
}

const partitionLeader: Scenario = {
  name: 'redis-partition-leader',
  title: 'The leader hears nothing of Redis for 6 s: it leads on, for Postgres decides',
  stage: { proxied: true },
  run: (stage) =>
    underGifts(stage, async () => {
      const epoch = await stage.epoch()
      const leader = await stage.leaderNode()
      stage.timeline.fault(`${leader.id} is cut off from Redis`)
      leader.redis.set({ flow: 'hold' })
      const served = await servedByLeader(stage, () => sleep(6_000))
      leader.redis.heal()
      stage.timeline.heal(`${leader.id} hears Redis again`)
      return [await sameEpoch(stage, epoch), served]
    }),
}

const halfOpen: Scenario = {
  name: 'redis-half-open',
  title: 'All connections to Redis swallow what is sent for 5 s, and are then reset',
  stage: { proxied: true },
  run: (stage) =>
    underGifts(stage, async () => {
      const epoch = await stage.epoch()
      stage.timeline.fault('Redis is silent for everybody')
      for (const { redis } of stage.nodes) redis.set({ flow: 'swallow' })
      const served = await servedByLeader(stage, () => sleep(5_000))
      for (const { redis } of stage.nodes) redis.heal()
      stage.timeline.heal('connections are reset')
      return [await sameEpoch(stage, epoch), served]
    }),
}

const oneWay: Scenario = {
  name: 'redis-one-way',
  title: 'The leader is heard but hears nothing for 5 s, then the other way round',
  stage: { proxied: true },
  run: (stage) =>
    underGifts(stage, async () => {
      const epoch = await stage.epoch()
      const { id, redis } = await stage.leaderNode()
      for (const only of ['down', 'up'] as const) {
        stage.timeline.fault(`${id} ${only === 'down' ? 'hears nothing of' : 'cannot reach'} Redis`)
        redis.set({ flow: 'hold', only })
        await sleep(5_000)
      }
      redis.heal()
      stage.timeline.heal('both ways are open')
      return [await sameEpoch(stage, epoch)]
    }),
}

const strangers: Scenario = {
  name: 'redis-strangers',
  title: "Another application's keys of wrong types, and its messages on our channels",
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      const { client } = stage.cluster.redis
      stage.timeline.fault('another application writes over everything')
      for (let turn = 0; turn < 3; turn += 1) {
        for (const key of await client.keys('*')) {
          await client.del(key)
          await client.rpush(key, 'not ours')
        }
        const channels = (await client.pubsub('CHANNELS')) as string[]
        for (const channel of channels)
          for (const text of ['{"hello":1}', '', '\0'.repeat(64), 'x'.repeat(100_000)])
            await client.publish(channel, text)
        await burst.more(30)
      }
      const guest = await Person.create(stage.nodes[1]!.endpoint, 'n1_late', true)
      await guest.join(stage.live)
      stage.people.push(guest)
      stage.timeline.heal('it is quiet again')
      return [await sameEpoch(stage, epoch)]
    }),
}

export const redisScenarios: readonly Scenario[] = [
  flush,
  restart,
  partitionRelay,
  partitionLeader,
  halfOpen,
  oneWay,
  strangers,
]
