/** Harm to Postgres: restarted, killed, slow, silent, full, and commits whose answer is lost. */

import pg from 'pg'
import { until } from '../../support/people.ts'
import type { Finding } from '../checker/findings.ts'
import type { CommitCutter } from '../proxy/commit-cutter.ts'
import { patience } from '../stage/patience.ts'
import type { Stage } from '../stage/stage.ts'
import { livesOn, loseLeader } from './leader.ts'
import type { Scenario } from './scenario.ts'
import { demand, sameEpoch, sleep, underGifts } from './under-gifts.ts'

const restart: Scenario = {
  name: 'postgres-restart',
  title: 'Postgres is stopped without a checkpoint and started again',
  run: (stage) =>
    underGifts(stage, async () => {
      stage.timeline.fault('Postgres stops at once')
      await stage.cluster.postgres.stop('immediate')
      await stage.cluster.postgres.start()
      stage.timeline.heal('Postgres runs again')
    }),
}

const kill: Scenario = {
  name: 'postgres-kill',
  title: 'kill -9 of Postgres; it stays away for 6 s, longer than a lease',
  run: (stage) =>
    underGifts(stage, async () => {
      stage.timeline.fault('kill -9 of Postgres')
      await stage.cluster.postgres.kill()
      await sleep(6_000)
      await stage.cluster.postgres.start()
      stage.timeline.heal('Postgres runs again')
    }),
}

const slow: Scenario = {
  name: 'postgres-slow',
  title: 'Each way to Postgres takes 250 ms more, up to 100 ms apart: late answers, no false ones',
  stage: { proxied: true, lease: 10 },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      stage.timeline.fault('Postgres is slow')
      for (const { postgres } of stage.nodes) postgres.set({ delayMs: 250, jitterMs: 100 })
      await burst.more(40)
      for (const { postgres } of stage.nodes) postgres.heal()
      stage.timeline.heal('Postgres is as fast as before')
      return [await sameEpoch(stage, epoch)]
    }),
}

const throttled: Scenario = {
  name: 'postgres-throttled',
  title: 'Each connection to Postgres carries 40 kB/s',
  stage: { proxied: true, lease: 10 },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      stage.timeline.fault('connections to Postgres trickle')
      for (const { postgres } of stage.nodes) postgres.set({ bytesPerSecond: 40_000 })
      await burst.more(30)
      for (const { postgres } of stage.nodes) postgres.heal()
      stage.timeline.heal('they flow again')
    }),
}

/** The leader loses Postgres: another node has to lead, and nothing may come from the old one. */
function leaderWithout(
  name: string,
  title: string,
  weather: { flow: 'hold' | 'swallow'; only?: 'up' | 'down' },
  atLeastMs = 0,
): Scenario {
  return {
    name,
    title,
    stage: { proxied: true, lease: 2 },
    run: (stage) =>
      underGifts(stage, async (burst) => {
        const leader = await loseLeader(stage, burst, 'no Postgres for', ({ postgres }) =>
          postgres.set(weather),
        )
        await sleep(Math.max(0, atLeastMs - stage.timeline.sinceFault))
        leader.postgres.heal()
        stage.timeline.heal(`${leader.id} has Postgres again`)
        return [await livesOn(leader)]
      }),
  }
}

const halfOpen = leaderWithout(
  'postgres-half-open',
  "The leader's connections to Postgres swallow what is sent, beyond its lease",
  { flow: 'swallow' },
)

const partition = leaderWithout(
  'postgres-partition',
  'The leader and Postgres do not hear each other beyond the lease; all bytes arrive late',
  { flow: 'hold' },
)

const longPartition = leaderWithout(
  'postgres-long-partition',
  'The same for 20 s, in which the node tries for a new lease in vain',
  { flow: 'hold' },
  20_000,
)

const deaf = leaderWithout(
  'postgres-one-way',
  'Postgres does what the leader asks, but its answers are held back beyond the lease',
  { flow: 'hold', only: 'down' },
)

const cutAfterCommit: Scenario = {
  name: 'cut-after-commit',
  title: 'Commits go through and their answers are lost: timeout but applied',
  stage: { proxied: true },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const { cutter } = stage.cluster
      for (let turn = 1; turn <= 12; turn += 1) {
        stage.timeline.fault(`the answer to the next commit is lost (${turn} of 12)`)
        await applied(cutter)
        await burst.more(12)
      }
      stage.timeline.heal(`${cutter.applied} commits were applied and nobody was told`)
    }),
}

const silentAfterCommit: Scenario = {
  name: 'silent-after-commit',
  title: 'A commit goes through and its connection says nothing more, while the others work',
  stage: { proxied: true },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const leader = await stage.leaderNode()
      for (let turn = 1; turn <= 2; turn += 1) {
        stage.timeline.fault(`a connection falls silent after the next commit (${turn} of 2)`)
        await applied(stage.cluster.cutter, true)
        await burst.more(40)
      }
      stage.timeline.heal('people are served all the same')
      const { id } = await stage.leaderNode()
      return [
        demand('X', 'The leader leads on', id === leader.id, () => `${leader.id} gave to ${id}`),
      ]
    }),
}

async function applied(cutter: CommitCutter, silent = false): Promise<void> {
  const before = cutter.applied
  await until(
    'a commit is applied and nobody is told',
    () => {
      if (cutter.pending === 0 && cutter.applied === before) cutter.arm(1, silent) // it was rolled back
      return cutter.applied > before
    },
    { ...patience, everyMs: 5 },
  )
}

const noConnections: Scenario = {
  name: 'postgres-connections',
  title: 'Others take every connection of Postgres, and the nodes lose theirs, for 6 s',
  stage: { postgres: { maxConnections: 60 } },
  run: (stage) =>
    underGifts(stage, async () => {
      const greedy: pg.Client[] = []
      stage.timeline.fault('no connection is left')
      await takeAll(stage, greedy)
      await greedy[0]?.query(killOthers)
      await takeAll(stage, greedy)
      await sleep(6_000)
      await Promise.all(greedy.map((client) => client.end().catch(() => undefined)))
      stage.timeline.heal(`${greedy.length} connections are free again`)
      return [taken(greedy.length)]
    }),
}

const killOthers =
  "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plaza'"

async function takeAll(stage: Stage, greedy: pg.Client[]): Promise<void> {
  const takeOne = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: stage.cluster.databaseUrl })
    client.on('error', () => undefined)
    const taken = await client.connect().then(
      () => true,
      () => false,
    )
    if (taken) greedy.push(client)
    return taken
  }
  // Many at once: the nodes want them too.
  const takeOn = async (): Promise<void> => {
    while (await takeOne());
  }
  await Promise.all(Array.from({ length: 10 }, takeOn))
}

function taken(count: number): Finding {
  return demand('X', 'Connections ran out', count > 30, () => `only ${count} were taken`)
}

export const postgresScenarios: readonly Scenario[] = [
  restart,
  kill,
  slow,
  throttled,
  halfOpen,
  partition,
  longPartition,
  deaf,
  cutAfterCommit,
  silentAfterCommit,
  noConnections,
]
