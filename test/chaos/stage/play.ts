/** Plays a scenario from an empty database to the verdict. */

import { inspect } from 'node:util'
import { Random } from '../../simulation/random.ts'
import type { Finding } from '../checker/findings.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { judge } from './judge.ts'
import type { Silence } from './recovery.ts'
import { Stage } from './stage.ts'
import { Tally } from './tally.ts'
import { Timeline, type Moment } from './timeline.ts'

export interface Outcome {
  readonly name: string
  readonly title: string
  readonly seed: number
  readonly seconds: number
  /** Set where the scenario could not be played to its end. */
  readonly error: string | undefined
  readonly moments: readonly Moment[]
  readonly findings: readonly Finding[]
  readonly counts: Readonly<Record<string, number>>
  readonly silences: readonly Silence[]
  readonly ok: boolean
}

export interface PlayOptions {
  readonly seed: number
  /** Of a scenario that repeats its harm. */
  readonly rounds?: number
  /** A scenario that repeats its harm begins no further round after so many minutes. */
  readonly minutes?: number
  /** Told what is done. */
  readonly tell?: (line: string) => void
  /** By default 15 s, the bound of the fault matrix. */
  readonly settleMs?: number
}

export async function play(scenario: Scenario, options: PlayOptions): Promise<Outcome> {
  const {
    seed,
    rounds = 20,
    minutes = Infinity,
    tell = () => undefined,
    settleMs = 15_000,
  } = options
  const timeline = new Timeline(tell)
  const tally = new Tally()
  const until = timeline.startedAt + minutes * 60_000
  const goesOn = (): boolean => performance.now() < until
  let error: string | undefined
  let stage: Stage | undefined
  try {
    stage = await Stage.open(scenario.stage ?? {}, {
      timeline,
      random: new Random(seed, 'chaos'),
    })
    const open = stage
    const nextRoom = async (): Promise<void> => {
      await open.settle()
      tally.add(open.people, await judge(open, settleMs), timeline)
    }
    for (const finding of (await scenario.run(stage, { rounds, goesOn, nextRoom, tally })) ?? [])
      tally.find(finding)
    await nextRoom()
  } catch (caught) {
    error = `${inspect(caught)}\n${stage?.said() ?? ''}`
  } finally {
    await stage?.close()
  }
  const { findings, counts, silences } = tally
  return {
    name: scenario.name,
    title: scenario.title,
    seed,
    seconds: (performance.now() - timeline.startedAt) / 1_000,
    error,
    moments: timeline.moments,
    findings,
    counts,
    silences,
    ok: error === undefined && findings.every(({ breaches }) => breaches === 0),
  }
}
