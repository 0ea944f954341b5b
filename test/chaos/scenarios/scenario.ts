/** One row of the fault matrix that can be played: who is on the stage, and what harm is done. */

import type { Finding } from '../checker/findings.ts'
import type { Tally } from '../stage/tally.ts'
import type { Stage, StageOptions } from '../stage/stage.ts'

export interface Scenario {
  readonly name: string
  /** What happens, in plain words. */
  readonly title: string
  readonly stage?: StageOptions
  /** Why it cannot be played here, or false. */
  readonly missing?: () => string | false
  /**
   * Does the harm while people give. Whoever was online before has to come back by itself. Findings are
   * what this scenario demands beyond the invariants that hold for all.
   */
  readonly run: (stage: Stage, options: RunOptions) => Promise<readonly Finding[] | void>
}

export interface RunOptions {
  /** How often the harm is done, where a scenario repeats it. */
  readonly rounds: number
  /** False when the time is up: what repeats its harm ends then. */
  readonly goesOn: () => boolean
  /** Waits until all is well and judges the room; the scenario goes on with `stage.newRoom()`. */
  readonly nextRoom: () => Promise<void>
  /** What was found and counted so far. */
  readonly tally: Tally
}
