/** What a scenario is: its load, its defaults, and what else happens on its stage. */

import type { Account } from '../harness/account.ts'
import type { Probe } from '../harness/capacity.ts'
import type { Figures } from '../harness/figures.ts'
import type { Check } from '../report/report.ts'
import type { JoinedGroup, Swarm } from '../swarm/swarm.ts'

/** Arrivals a second, over all rooms. */
export interface Rates {
  readonly danmaku: number
  readonly gifts: number
  readonly likes: number
}

export interface Plan {
  readonly viewers: number
  readonly rooms: number
  readonly rates: Rates
  /** Seconds over which the viewers come. */
  readonly ramp: number
  /** Seconds of load. */
  readonly duration: number
  /** Accounts that send; each sits in one room. */
  readonly senders: number
  /** Sockets of each room that read everything. */
  readonly witnesses: number
  readonly thresholds: readonly string[]
}

/** A stretch of the load; `factor` multiplies the rates (where they are probed: what was carried), except in the side room. */
export interface Phase {
  readonly name: string
  /** Of the duration. */
  readonly share: number
  readonly factor: number
}

export interface StageRoom {
  /** `live_<id>`. */
  readonly key: string
  readonly id: string
  readonly host: Account
  /** Of viewers and load, 0 to 1. */
  readonly share: number
  readonly group: JoinedGroup | undefined
  readonly viewers: number
}

/** What a scenario may do beside the load. */
export interface Stage {
  readonly plan: Plan
  readonly rooms: readonly StageRoom[]
  readonly swarm: Swarm
  readonly figures: Figures
  readonly endpoints: readonly string[]
  readonly random: () => number
  /** Commands a second that the platform carried, where the scenario probes. */
  readonly capacity: number | undefined
  /** Aborted when the load is over. */
  readonly over: AbortSignal
  /** Seconds since the start of the load. */
  now(): number
  /** Resolves that many seconds after the start of the load, or when it is over. */
  at(seconds: number): Promise<void>
  /** A line in the charts of the report. */
  note(text: string): void
  /** Something that must hold beside the thresholds. */
  check(check: Check): void
}

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly defaults: Plan
  /** What a bare `--rate 50` means; `joins` shortens or stretches the ramp. */
  readonly main: keyof Rates | 'joins'
  /** How viewers and load are spread over rooms: all alike, or few large ones and many small. */
  readonly spread: 'even' | 'zipf'
  /** Viewers come with the load, not before it. */
  readonly late?: boolean
  /** The rates are a mix: their sum is what the platform turns out to carry, measured before the load. */
  readonly probe?: Probe
  /** Default: one stretch of steady load. */
  readonly phases?: readonly Phase[]
  /** One room more, with a light load of its own in all phases: what others feel of it. */
  readonly side?: Rates
  /** Streamers send a picture of so many kbit/s, and viewers pull it instead of sitting in the room. */
  readonly pictureKbps?: number
  /** Begins with the load. Everything that it started has ended when it resolves. */
  readonly play?: (stage: Stage) => Promise<void>
  /** Once all has been answered: what must hold beside the promises and thresholds. */
  readonly judge?: (stage: Stage, heard: Heard) => readonly Check[]
}

/** What witnesses of a run got of what had to reach them. */
export interface Heard {
  /** Gifts that were acknowledged, times the witnesses of their rooms; and how many of those came. */
  readonly due: number
  readonly seen: number
}
