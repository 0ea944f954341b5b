/** One cluster for hours: harm after harm, drawn by lot, each in a new room that is judged. */

import { readdir } from 'node:fs/promises'
import { Findings, type Finding } from '../checker/findings.ts'
import type { Stage } from '../stage/stage.ts'
import { harmable } from '../stage/within.ts'
import { clientScenarios } from './client.ts'
import { postgresScenarios } from './postgres.ts'
import { processScenarios } from './process.ts'
import { redisScenarios } from './redis.ts'
import type { Scenario } from './scenario.ts'
import { keepsLeader } from './under-gifts.ts'

/** They want a stage of their own, or only wait. */
const unfit: ReadonlySet<string> = new Set([
  'pause-short',
  'out-of-memory',
  'postgres-slow',
  'postgres-throttled',
  'postgres-connections',
])
const harms = [
  ...processScenarios,
  ...redisScenarios,
  ...postgresScenarios,
  ...clientScenarios,
].filter(({ name }) => !unfit.has(name))
/** Open files that may come and go. */
const slack = 40

export const soak: Scenario = {
  name: 'soak',
  title: 'Harm of all kinds in one cluster, drawn by lot, for as long as --minutes or --rounds say',
  stage: { lease: 4, proxied: true, doors: true, env: () => harmable() },
  run: async (stage, options) => {
    const { rounds, goesOn, nextRoom, tally } = options
    const before = await openFiles(stage)
    let round = 0
    for (; round === 0 || (round < rounds && goesOn()); round += 1) {
      if (round > 0) {
        await nextRoom()
        await stage.newRoom()
      }
      const harm = stage.random.pick(harms)
      stage.timeline.note(`round ${round + 1}: ${harm.name}`)
      // A node that is merely slow may lose a short lease: here that breaks no promise.
      for (const finding of (await harm.run(stage, options)) ?? [])
        if (finding.title !== keepsLeader) tally.find(finding)
    }
    tally.counts['rounds'] = round
    return [grown(before, await openFiles(stage))]
  },
}

/** Of each node, by its id; nothing where the machine does not tell. */
async function openFiles({ nodes }: Stage): Promise<ReadonlyMap<string, number>> {
  const counts = nodes.map(async ({ id, process }) => {
    const files = await readdir(`/proc/${process.pid}/fd`).catch(() => [])
    return [id, files.length] as const
  })
  return new Map(await Promise.all(counts))
}

function grown(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Finding {
  const found = new Findings('G', 'Nodes have no more open files than at the beginning')
  const most = Math.max(...before.values()) + slack
  for (const [id, count] of after)
    found.expect(count <= most, () => `${id} has ${count}, ${most} may be`)
  return found.finding
}
