/** The frame of most scenarios: people give, harm is done, it ends, and everybody has to be served again. */

import { Findings, type Finding } from '../checker/findings.ts'
import type { Burst } from '../stage/burst.ts'
import type { Stage } from '../stage/stage.ts'

/** So many gifts are acknowledged before the harm begins. */
const warmUp = 60

/** `harm` does it and ends it; what it gives back is added to the findings. */
export async function underGifts(
  stage: Stage,
  harm: (burst: Burst) => Promise<readonly Finding[] | void>,
): Promise<readonly Finding[]> {
  const burst = stage.burst()
  await burst.more(warmUp)
  const found = await harm(burst)
  await burst.everybody()
  await burst.end()
  return found ?? []
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms))

export const keepsLeader = 'The room keeps its leader'

/** Where there was no need to, nobody may take the room over. */
export async function sameEpoch(stage: Stage, epoch: number): Promise<Finding> {
  const found = new Findings('P1', keepsLeader)
  const now = await stage.epoch()
  found.expect(now === epoch, () => `epoch ${epoch} became ${now}`)
  return found.finding
}

/** Nobody had to load the view anew. */
export function noGap({ people }: Stage): Finding {
  const found = new Findings('P5', 'Everybody got exactly what it missed')
  for (const { name, entries } of people) {
    const gaps = entries.filter((entry) => entry.k === 'recovered' && entry.gap)
    found.expect(gaps.length === 0, () => `${name} was told of ${gaps.length} gaps`)
  }
  return found.finding
}

/** A demand of one scenario. */
export function demand(id: string, title: string, holds: boolean, breach: () => string): Finding {
  const found = new Findings(id, title)
  found.expect(holds, breach)
  return found.finding
}
