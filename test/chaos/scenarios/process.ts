/** Harm to processes of nodes: killed, paused, stopped, restarted, blocked, out of memory. */

import { until } from '../../support/people.ts'
import type { Finding } from '../checker/findings.ts'
import { pause, resume } from '../stage/chaos-cluster.ts'
import { patience } from '../stage/patience.ts'
import { harmable, harmWithin, relieve } from '../stage/within.ts'
import { givesUp, killLeader, livesOn, loseLeader, startAgain } from './leader.ts'
import type { Scenario } from './scenario.ts'
import { demand, noGap, sameEpoch, sleep, underGifts } from './under-gifts.ts'

const kill: Scenario = {
  name: 'kill-leader',
  title: 'kill -9 of the node that leads the room, in a burst of gifts',
  run: (stage) => underGifts(stage, (burst) => killLeader(stage, burst)),
}

const killRelay: Scenario = {
  name: 'kill-relay',
  title: 'kill -9 of a node that relays the room: the leader goes on',
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const relay = await stage.otherNode()
      const epoch = await stage.epoch()
      stage.timeline.fault(`kill -9 ${relay.id}, a relay`)
      await relay.process.kill()
      await burst.more(60)
      await startAgain(stage, relay)
      return [await sameEpoch(stage, epoch)]
    }),
}

const killAll: Scenario = {
  name: 'kill-all',
  title: 'kill -9 of all nodes at once',
  stage: { lease: 2 },
  run: (stage) =>
    underGifts(stage, async () => {
      stage.timeline.fault('kill -9 of every node')
      await Promise.all(stage.nodes.map(({ process }) => process.kill()))
      await Promise.all(stage.nodes.map((node) => startAgain(stage, node)))
    }),
}

const pauseLeader: Scenario = {
  name: 'pause-leader',
  title: 'SIGSTOP of the leader beyond its lease, then SIGCONT: a zombie that may still write',
  stage: { lease: 2 },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const { id, process } = await loseLeader(stage, burst, 'SIGSTOP of', (leader) =>
        pause(leader.process),
      )
      resume(process)
      stage.timeline.heal(`SIGCONT ${id}`)
    }),
}

const pauseShort: Scenario = {
  name: 'pause-short',
  title: 'SIGSTOP of the leader for a second, less than its lease: nobody takes its rooms',
  stage: { lease: 10 },
  run: (stage) =>
    underGifts(stage, async (): Promise<readonly Finding[]> => {
      const { id, process } = await stage.leaderNode()
      const epoch = await stage.epoch()
      stage.timeline.fault(`SIGSTOP of ${id}, which leads`)
      pause(process)
      await sleep(1_000)
      resume(process)
      stage.timeline.heal(`SIGCONT ${id}`)
      return [await sameEpoch(stage, epoch)]
    }),
}

const stall: Scenario = {
  name: 'leader-stalls',
  title: "The leader's event loop is blocked beyond its lease: it wakes up and leads no more",
  stage: { lease: 2, env: () => harmable() },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const leader = await loseLeader(stage, burst, 'a busy loop in', (node) =>
        harmWithin(node, 'stall'),
      )
      await relieve(leader)
      stage.timeline.heal(`${leader.id} wakes up`)
      return [await givesUp(leader), await livesOn(leader)]
    }),
}

const outOfMemory: Scenario = {
  name: 'out-of-memory',
  title: "The leader's heap fills up under load until the process dies",
  stage: { env: () => harmable(192) },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const leader = await loseLeader(stage, burst, 'a leak in', async (node) => {
        await harmWithin(node, 'hoard')
        await until(`${node.id} has died`, () => !node.process.running, patience)
        stage.timeline.note(`${node.id} is dead`)
      })
      const full = leader.process.output.includes('heap out of memory')
      await relieve(leader)
      await startAgain(stage, leader)
      return [demand('X', 'The heap was full', full, () => leader.process.output.slice(-1_200))]
    }),
}

const drain: Scenario = {
  name: 'drain',
  title: 'SIGTERM of the leader: it hands the room over and loses nothing',
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const leader = await stage.leaderNode()
      stage.timeline.fault(`SIGTERM ${leader.id}, which leads`)
      await leader.process.stop()
      await burst.more(40)
      await startAgain(stage, leader)
      return [noGap(stage)]
    }),
}

const rollingRestart: Scenario = {
  name: 'rolling-restart',
  title: 'Every node is stopped with SIGTERM and started again, one after the other',
  run: (stage) =>
    underGifts(stage, async (burst) => {
      for (const node of stage.nodes) {
        stage.timeline.fault(`SIGTERM ${node.id}`)
        await node.process.stop()
        await startAgain(stage, node)
        await burst.everybody()
      }
      return [noGap(stage)]
    }),
}

export const processScenarios: readonly Scenario[] = [
  kill,
  killRelay,
  killAll,
  pauseLeader,
  pauseShort,
  stall,
  outOfMemory,
  drain,
  rollingRestart,
]
