/** Nodes that are not what they seem: two with one name, and clocks that are an hour off. */

import { fileURLToPath } from 'node:url'
import { PlazaProcess } from '../../support/plaza-process.ts'
import type { Finding } from '../checker/findings.ts'
import { pause, resume } from '../stage/chaos-cluster.ts'
import { serverProgram } from '../stage/program.ts'
import type { Stage } from '../stage/stage.ts'
import { givesUp, killLeader } from './leader.ts'
import type { Scenario } from './scenario.ts'
import { demand, sameEpoch, underGifts } from './under-gifts.ts'

/** Another process with the name of the first node. */
async function twinOf({ cluster }: Stage): Promise<PlazaProcess> {
  const wires = { postgres: cluster.postgres.url(), redis: cluster.redis.url() }
  const program = await serverProgram()
  return PlazaProcess.create((endpoint) => cluster.envOf(0, endpoint, wires), { program })
}

const sameName: Scenario = {
  name: 'two-nodes-one-id',
  title: 'A second process with the name of the leading node: it may not start',
  stage: { lease: 3 },
  run: (stage) =>
    underGifts(stage, async () => {
      const epoch = await stage.epoch()
      const twin = await twinOf(stage)
      stage.timeline.fault('another process starts as n0')
      const words = await twin.start().then(
        () => 'it started',
        (error: Error) => error.message,
      )
      stage.timeline.heal('it is over')
      await twin.dispose()
      const refused = words.includes('Another process runs as node n0')
      return [
        demand('X', 'The second one ends and says why', refused, () => words),
        await sameEpoch(stage, epoch),
      ]
    }),
}

const stolenName: Scenario = {
  name: 'stolen-id',
  title: 'The leader is paused beyond its lease, another process takes its name, and it wakes up',
  stage: { lease: 2 },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const found: Finding[] = []
      const [first] = stage.nodes
      const twin = await twinOf(stage)
      stage.timeline.fault('SIGSTOP n0, and another process starts as n0')
      pause(first!.process)
      try {
        await twin.start()
        stage.timeline.note('the other one has the name')
        await burst.more(40)
        resume(first!.process)
        stage.timeline.note('SIGCONT of the first n0')
        found.push(await givesUp(first!))
      } finally {
        await twin.stop()
        await twin.dispose()
      }
      stage.timeline.heal('the other one is gone')
      return found
    }),
}

const hourMs = 3_600_000
const preload = fileURLToPath(new URL('../../support/shifted-clock.ts', import.meta.url))

const clocks: Scenario = {
  name: 'clock-hour-off',
  title: "One node's clock is an hour ahead, another's an hour behind; then the leader is killed",
  stage: {
    env: (index) => ({
      NODE_OPTIONS: `--import=${preload}`,
      PLAZA_TEST_CLOCK_MS: String([hourMs, -hourMs, 0][index] ?? 0),
    }),
  },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      for (let turn = 0; turn < 2; turn += 1) await killLeader(stage, burst)
    }),
}

export const identityScenarios: readonly Scenario[] = [sameName, stolenName, clocks]
