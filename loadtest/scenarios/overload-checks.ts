/** What is promised of a node under overload, held against what a run measured. Pure. */

import type { Figures, Row } from '../harness/figures.ts'
import type { Check } from '../report/report.ts'
import type { Heard } from './scenario.ts'

export interface OverloadEvidence {
  readonly figures: Pick<Figures, 'rows' | 'total' | 'summaries'>
  readonly heard: Heard
  readonly witnesses: number
  /** Commands a second that the flood had to hold, and how many times what was carried that is. */
  readonly offeredDue: number
  readonly factor: number
  /** The flood, in seconds of the load. The calm before it is called `calm`. */
  readonly from: number
  readonly to: number
}

/** What the promises allow. `offered` is of what was due; `lines` of a room a second, and at once. */
export const limits = {
  offered: 0.95,
  latenessMs: 100,
  ackMs: 2_500,
  memoryGrowth: 1.1,
  recoverySeconds: 10,
  sideFactor: 2,
  sideRefused: 0.01,
  lines: { perSecond: 15, burst: 15 },
}

/** Each fails where nothing was measured. */
export function checksOf(evidence: OverloadEvidence): Check[] {
  const { rows } = evidence.figures
  // A second for the flood to arrive, and its last row may hold some of the calm after it.
  const flood = rows.filter(({ t }) => t > evidence.from + 1 && t <= evidence.to)
  return [
    offered(evidence, flood),
    mustEvents(evidence),
    lines(evidence, flood),
    answers(evidence),
    memory(flood),
    metrics(flood),
    recovery(evidence),
    others(evidence, flood),
  ]
}

/** A flood that the harness did not bring about, or was late for, proves nothing. */
function offered({ figures, offeredDue, factor }: OverloadEvidence, flood: readonly Row[]): Check {
  const rate = sum(flood, 'offered') / seconds(flood)
  const late = figures.summaries()['flood.lateness']?.p99 ?? Infinity
  const carried = offeredDue / factor
  return {
    text: `the flood is ${factor} × what was carried, and the harness keeps up`,
    value: `${rate.toFixed(0)}/s offered, ${(rate / carried).toFixed(1)} × ${carried.toFixed(0)}/s; p99 of lateness ${late.toFixed(0)} ms`,
    met: rate >= limits.offered * offeredDue && late <= limits.latenessMs,
  }
}

function mustEvents({ figures, heard: { due, seen } }: OverloadEvidence): Check {
  const missing = figures.total('missing') + figures.total('gaps')
  return {
    text: 'every acknowledged gift reaches every witness, and no viewer misses a numbered event',
    value: `${seen} of ${due}, ${missing} missed by viewers`,
    met: due > 0 && seen === due && missing === 0,
  }
}

function lines({ witnesses }: OverloadEvidence, flood: readonly Row[]): Check {
  const { perSecond, burst } = limits.lines
  const shown = flood.reduce((all, { times }) => all + (times['danmaku.seen']?.count ?? 0), 0)
  const each = shown / witnesses
  const due = perSecond * seconds(flood)
  const asked = sum(flood, 'danmaku.accepted') / seconds(flood)
  return {
    text: `lines at exactly their budget of ${perSecond} a second`,
    value: `${each.toFixed(0)} shown in ${seconds(flood).toFixed(1)} s, ${due.toFixed(0)} due; ${asked.toFixed(0)}/s were taken`,
    met: Math.abs(each - due) <= burst && asked >= perSecond,
  }
}

function answers({ figures }: OverloadEvidence): Check {
  const { ack, refusal } = figures.summaries()
  const worst = Math.max(ack?.p99 ?? Infinity, refusal?.p99 ?? 0)
  const [refused, busy] = [figures.total('refused'), figures.total('refused.busy')]
  const mute = figures.total('refused.mute')
  return {
    text: `answered or refused within ${limits.ackMs / 1_000} s (p99), as busy and with a time to retry`,
    value: `${worst.toFixed(0)} ms; ${refused} refused, ${refused - busy} of them not as busy, ${mute} without a time`,
    met: worst <= limits.ackMs && mute === 0 && refused === busy,
  }
}

function memory(flood: readonly Row[]): Check {
  const sizes = flood.filter(isFresh).map(({ levels }) => levels['server.memory'] ?? NaN)
  const [first, last] = [sizes[Math.floor(sizes.length / 3)] ?? NaN, sizes.at(-1) ?? NaN]
  return {
    text: `memory flat: within ${limits.memoryGrowth} × from a third of the flood to its end`,
    value: `${first.toFixed(0)} MB, then ${last.toFixed(0)} MB`,
    met: sizes.length > 2 && last <= first * limits.memoryGrowth,
  }
}

function metrics(flood: readonly Row[]): Check {
  const silent = flood.filter((row) => !isFresh(row)).length
  const turn = Math.max(...flood.map(({ levels }) => levels['server.lag.max'] ?? Infinity))
  return {
    text: '/metrics answers all the while',
    value: `${silent} of ${flood.length} seconds without; longest turn of the loop ${turn.toFixed(0)} ms`,
    met: flood.length > 0 && silent === 0,
  }
}

function recovery({ figures: { rows }, from, to }: OverloadEvidence): Check {
  const before = median(rows.filter(({ t }) => t > 1 && t <= from))
  const well = rows.find(
    ({ t, times, counts }) =>
      t > to + 1 && !counts['refused'] && times['ack'] && times['ack'].p99 <= 2 * before,
  )
  const took = well ? well.t - to : Infinity
  return {
    text: `answers as fast as before (within 2 ×) and none refused ${limits.recoverySeconds} s after the flood`,
    value: well ? `after ${took.toFixed(0)} s` : 'not at all',
    met: took <= limits.recoverySeconds,
  }
}

function others({ figures }: OverloadEvidence, flood: readonly Row[]): Check {
  const times = figures.summaries()
  const [calm, disturbed] = [times['calm.side.ack']?.p99, times['flood.side.ack']?.p99]
  const refused = sum(flood, 'side.refused') / sum(flood, 'side.offered')
  return {
    text: `p99 of another room within ${limits.sideFactor} ×, and nobody refused there`,
    value: `${calm?.toFixed(1)} ms calm, ${disturbed?.toFixed(1)} ms in the flood; ${(refused * 100).toFixed(1)} % refused`,
    met: (disturbed ?? Infinity) <= limits.sideFactor * (calm ?? 0) && refused < limits.sideRefused,
  }
}

function isFresh({ counts }: Row): boolean {
  return !counts['scrape.failed']
}

function sum(rows: readonly Row[], count: string): number {
  return rows.reduce((all, { counts }) => all + (counts[count] ?? 0), 0)
}

/** Of the intervals of the rows. */
function seconds(rows: readonly Row[]): number {
  return rows.reduce((all, { levels }) => all + (levels['interval'] ?? NaN), 0)
}

/** Of the p99 of answers in each second, ms. */
function median(rows: readonly Row[]): number {
  const values = rows.flatMap(({ times }) => (times['ack'] ? [times['ack'].p99] : []))
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
