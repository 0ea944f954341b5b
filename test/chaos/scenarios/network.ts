/** Harm to real networks: each node in a namespace of its own, with wires that lose every packet, or some. */

import { netemMissing, networksMissing, type Direction, type Wire } from '../stage/networks.ts'
import type { Stage } from '../stage/stage.ts'
import { givesUp, livesOn, loseLeader } from './leader.ts'
import type { Scenario } from './scenario.ts'
import { demand, sameEpoch, sleep, underGifts } from './under-gifts.ts'

const stage = { networks: true, lease: 4 } as const

/** Wires of the leader lose all packets until another node leads; then they are mended. */
function leaderWithout(
  name: string,
  title: string,
  wires: readonly Wire[],
  lost: readonly Direction[] = [],
): Scenario {
  return {
    name,
    title,
    missing: networksMissing,
    stage,
    run: (open) =>
      underGifts(open, async (burst) => {
        const before = await open.epoch()
        const leader = await loseLeader(
          open,
          burst,
          `no ${wires.join(' and ')} for`,
          async (node) => {
            for (const wire of wires) await node.network.cut(wire, ...lost)
          },
        )
        const gaveUp = await givesUp(leader)
        const taken = (await open.epoch()) - before
        for (const wire of wires) await leader.network.mend(wire)
        open.timeline.heal(`${leader.id} is connected again`)
        return [
          gaveUp,
          demand('P1', 'The room is taken once', taken === 1, () => `it was taken ${taken} times`),
          await livesOn(leader),
        ]
      }),
  }
}

const postgres = leaderWithout(
  'net-postgres',
  'No packet passes between the leader and Postgres, beyond its lease',
  ['postgres'],
)

const alone = leaderWithout(
  'net-alone',
  'The leader reaches neither Postgres nor Redis, and so no other node; its clients reach it',
  ['postgres', 'redis'],
)

const mute = leaderWithout(
  'net-mute',
  'What the leader sends to Postgres is lost, what Postgres sends arrives',
  ['postgres'],
  ['up'],
)

const deaf = leaderWithout(
  'net-deaf',
  'What Postgres and Redis send to the leader is lost, what it sends arrives',
  ['postgres', 'redis'],
  ['down'],
)

const redis: Scenario = {
  name: 'net-redis',
  title: 'No packet passes between the leader and Redis for 6 s: it leads on',
  missing: networksMissing,
  stage: { networks: true, lease: 10 },
  run: (open) =>
    underGifts(open, async () => {
      const epoch = await open.epoch()
      const { id, network } = await open.leaderNode()
      open.timeline.fault(`no redis for ${id}, which leads`)
      await network.cut('redis')
      await sleep(6_000)
      await network.mend('redis')
      open.timeline.heal(`${id} is connected again`)
      return [await sameEpoch(open, epoch)]
    }),
}

const clients: Scenario = {
  name: 'net-clients',
  title: "No packet passes between the leader and its clients for 8 s; other nodes' are served",
  missing: networksMissing,
  stage: { networks: true, lease: 10 },
  run: (open) =>
    underGifts(open, async () => {
      const epoch = await open.epoch()
      const { id, network } = await open.leaderNode()
      open.timeline.fault(`no clients for ${id}, which leads`)
      await network.cut('clients')
      const served = await servedElsewhere(open, id, () => sleep(8_000))
      await network.mend('clients')
      open.timeline.heal('they reach it again')
      return [served, await sameEpoch(open, epoch)]
    }),
}

async function servedElsewhere(open: Stage, id: string, away: () => Promise<void>) {
  const others = open.givers.filter(({ name }) => !name.startsWith(id))
  const acked = (): number => others.reduce((sum, person) => sum + person.acked, 0)
  const before = acked()
  await away()
  const served = acked() - before
  const words = (): string => `${served} gifts were acknowledged`
  return demand('P4', "Other nodes' people are served", served > 10, words)
}

const lossy: Scenario = {
  name: 'net-lossy',
  title: 'Every wire loses 3 % of its packets, delays the others by 20 to 60 ms and reorders some',
  missing: netemMissing,
  stage: { networks: true, lease: 10 },
  run: (open) =>
    underGifts(open, async (burst) => {
      const epoch = await open.epoch()
      const weather = ['delay', '40ms', '20ms', 'loss', '3%', 'reorder', '5%']
      open.timeline.fault('every wire is bad')
      await onAllWires(open, weather)
      await burst.more(60)
      await onAllWires(open)
      open.timeline.heal('every wire is good')
      return [await sameEpoch(open, epoch)]
    }),
}

async function onAllWires({ nodes }: Stage, how?: readonly string[]): Promise<void> {
  for (const { network } of nodes)
    for (const wire of ['postgres', 'redis', 'clients'] as const) await network.impair(wire, how)
}

export const networkScenarios: readonly Scenario[] = [
  postgres,
  alone,
  mute,
  deaf,
  redis,
  clients,
  lossy,
]
