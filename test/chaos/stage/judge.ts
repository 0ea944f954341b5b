/** Asks the judge about the room that is on the stage, and looks at the nodes' memory. */

import { readFile } from 'node:fs/promises'
import { check } from '../checker/check.ts'
import { Findings, type Finding } from '../checker/findings.ts'
import { readDatabase } from '../checker/read-database.ts'
import type { Stage } from './stage.ts'

/** No node may ever have had more memory than this, MiB. */
const memoryMost = 700

/** Within `settleMs` after the last harm everything must have had an outcome. */
export async function judge(stage: Stage, settleMs: number): Promise<readonly Finding[]> {
  const database = await readDatabase(stage.cluster.databaseUrl, stage.room)
  const { people: clients, timeline, lost } = stage
  const found = check({ clients, database, lost, healedAt: timeline.healedAt, settleMs })
  return [...found, await memory(stage)]
}

async function memory(stage: Stage): Promise<Finding> {
  const found = new Findings('G', `No node ever has more than ${memoryMost} MiB`)
  for (const { id, process } of stage.nodes) {
    const status = await readFile(`/proc/${process.pid}/status`, 'utf8').catch(() => '')
    const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024
    if (peak) found.expect(peak < memoryMost, () => `${id} had ${Math.round(peak)} MiB`)
  }
  return found.finding
}
