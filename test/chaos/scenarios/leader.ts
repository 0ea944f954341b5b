/** The leader goes, in one way or another, and what is asked of it and of the others then. */

import { until } from '../../support/people.ts'
import type { Finding } from '../checker/findings.ts'
import type { Burst } from '../stage/burst.ts'
import type { ChaosNode } from '../stage/chaos-cluster.ts'
import { patience } from '../stage/patience.ts'
import type { Stage } from '../stage/stage.ts'
import { demand } from './under-gifts.ts'

/** Does `harm` to the leader. Resolves with it when another node leads and people are served. */
export async function loseLeader(
  stage: Stage,
  burst: Burst,
  what: string,
  harm: (leader: ChaosNode) => unknown,
): Promise<ChaosNode> {
  // In this order: should the lead change in between, it has changed since that epoch.
  const epoch = await stage.epoch()
  const leader = await stage.leaderNode()
  stage.timeline.fault(`${what} ${leader.id}, which leads`)
  await harm(leader)
  await stage.takenOver(epoch)
  await burst.more(40)
  return leader
}

/** kill -9; it comes back when another one leads. */
export async function killLeader(stage: Stage, burst: Burst): Promise<void> {
  const leader = await loseLeader(stage, burst, 'kill -9 of', ({ process }) => process.kill())
  await startAgain(stage, leader)
}

export async function startAgain({ timeline }: Stage, { id, process }: ChaosNode): Promise<void> {
  await process.start()
  timeline.heal(`${id} runs again`)
}

/** It notices by itself that its lease is over. */
export async function givesUp({ id, process }: ChaosNode): Promise<Finding> {
  const says = (): boolean => process.output.includes('the lease of this node is lost')
  const gave = await until('the node gives up', says, patience).catch(() => false)
  return demand('P1', 'The node gives its rooms up by itself', gave, () => `${id} said nothing`)
}

/** It serves again, by itself. */
export async function livesOn({ id, endpoint, process }: ChaosNode): Promise<Finding> {
  const ready = await until(
    'the node is ready',
    async () => (await fetch(`${endpoint}/readyz`).catch(() => undefined))?.ok,
    patience,
  ).catch(() => false)
  const last = (): string => `${id} does not: ${process.output.slice(-1_200)}`
  return demand('X', 'The node serves again by itself', Boolean(ready), last)
}
