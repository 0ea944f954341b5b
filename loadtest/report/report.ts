/** The report of a run as data: what the JSON file holds and the page shows. */

import type { Row, Summary } from '../harness/figures.ts'
import type { Finding } from '../harness/findings.ts'
import type { Judged } from '../harness/threshold.ts'
import type { Plan } from '../scenarios/scenario.ts'

export const reportVersion = 1

/** Something that must hold, with what was measured in words. */
export interface Check {
  readonly text: string
  readonly value: string
  readonly met: boolean
}

export interface Report {
  readonly plaza: 'load report'
  readonly version: typeof reportVersion
  readonly scenario: string
  readonly about: string
  readonly plan: Plan
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  /** Of the load, seconds. */
  readonly seconds: number
  /** Where the load went: an address, or what was started for it. */
  readonly platform: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGiB: number
    readonly node: string
  }
  /** `wrong` outranks `missed`. */
  readonly verdict: 'ok' | 'missed' | 'wrong'
  readonly findings: readonly Finding[]
  readonly thresholds: readonly Judged[]
  readonly checks: readonly Check[]
  readonly balance: Balance
  /** Counters of the whole run by name. */
  readonly totals: Readonly<Record<string, number>>
  /** The last value of each level. */
  readonly levels: Readonly<Record<string, number>>
  /** Times of the load by name, ms. */
  readonly times: Readonly<Record<string, Summary>>
  readonly rows: readonly Row[]
  /** What happened when, seconds since the start of the load. */
  readonly notes: readonly { readonly t: number; readonly text: string }[]
  /** Where the stretches of the load begin; empty where there is one. */
  readonly phases: readonly { readonly t: number; readonly text: string }[]
  /** What was typed. */
  readonly command: string
  /** The harness's own share of a core in the load: above 0.9 it may have measured itself. */
  readonly harnessCpu: number
}

/** What became of everything that was to be done. */
export interface Balance {
  readonly offered: number
  readonly accepted: number
  readonly refused: Readonly<Record<string, number>>
  readonly unanswered: number
  /** Lines: taken by the rooms, shown to a viewer, left out for lack of budget. */
  readonly lines: { readonly taken: number; readonly shown: number; readonly shed: number }
  /** Numbered events that witnesses had to see, and saw. */
  readonly gifts: { readonly due: number; readonly seen: number }
  /** Events that reached viewers, all together. */
  readonly delivered: number
  readonly wrong: number
}

/** Throws TypeError where `value` is no report that this version reads. */
export function asReport(value: unknown, name: string): Report {
  const { plaza, version } = (value ?? {}) as Partial<Report>
  if (plaza !== 'load report') throw new TypeError(`${name} is no load report`)
  if (version !== reportVersion) {
    throw new TypeError(`${name} is a load report of version ${version}, not ${reportVersion}`)
  }
  return value as Report
}

export const exitCodes = { ok: 0, missed: 1, usage: 2, wrong: 3 } as const
