/** Makes the report of all that a run has measured and found. */

import { cpus, totalmem } from 'node:os'
import {
  exitCodes,
  reportVersion,
  type Balance,
  type Check,
  type Report,
} from '../report/report.ts'
import type { Figures, Row } from './figures.ts'
import type { Findings } from './findings.ts'
import type { RunOptions } from './options.ts'
import type { Pace } from './pace.ts'
import type { Record, Sent } from './record.ts'
import type { SetRoom } from './setup.ts'
import { judge } from './threshold.ts'

/** Counters that a threshold may name though nothing of the kind happened. */
const none = {
  ...{ offered: 0, accepted: 0, refused: 0, resent: 0, gaps: 0, missing: 0, repeated: 0 },
  ...{ failed: 0, delivered: 0, 'viewers.closed': 0, 'viewers.returned': 0, 'server.reopened': 0 },
  'flv.stalls': 0,
}

export interface WriteUp {
  readonly options: RunOptions
  readonly platform: string
  readonly startedAt: Date
  readonly figures: Figures
  readonly record: Record
  readonly rooms: readonly SetRoom[]
  readonly findings: Findings
  readonly checks: readonly Check[]
  readonly pace: Pace
}

export function writeUp(run: WriteUp): Report {
  const { options, figures, findings, checks, pace } = run
  const { scenario, plan, seed } = options
  const balance = balanceOf(run)
  const rows = figures.rows
  const load = rows.filter(({ t }) => t > 0 && t <= plan.duration + 1)
  const levels = { ...worst(load), ...storm(figures) }
  const totals = { ...none, ...figures.totals(), wrong: balance.wrong, shed: balance.lines.shed }
  const times = figures.summaries()
  const thresholds = options.thresholds.map((one) => judge(one, { times, totals, levels }))
  const met = [...thresholds, ...checks].every((one) => one.met)
  return {
    plaza: 'load report',
    version: reportVersion,
    scenario: scenario.name,
    about: scenario.about,
    plan,
    seed,
    startedAt: run.startedAt.toISOString(),
    seconds: plan.duration,
    platform: run.platform,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    verdict: findings.count ? 'wrong' : met ? 'ok' : 'missed',
    findings: findings.list(),
    thresholds,
    checks,
    balance,
    totals,
    levels,
    times,
    rows,
    notes: pace.notes,
    phases: pace.phases,
    command: options.command,
    harnessCpu: mean(load, 'harness.cpu'),
  }
}

/** Exit code of the command. */
export function exitCodeOf({ verdict }: Pick<Report, 'verdict'>): number {
  return exitCodes[verdict]
}

function balanceOf({ record, rooms, findings, figures }: WriteUp): Balance {
  const sent = [...record.all()]
  const of = (deed: Sent['deed']): Sent[] =>
    sent.filter((one) => one.deed === deed && one.outcome === 'ok')
  const refused: { [code: string]: number } = {}
  for (const { outcome } of sent) {
    if (outcome !== undefined && outcome !== 'ok') refused[outcome] = (refused[outcome] ?? 0) + 1
  }
  // One witness speaks for a room: that all saw the same is checked elsewhere.
  const first = rooms.map(({ witnesses }) => witnesses[0]!)
  const gifts = new Set(of('gift').map(({ id }) => id))
  const seen = first.flatMap(({ events }) => events).filter(({ id }) => gifts.has(id ?? '')).length
  return {
    offered: sent.length,
    accepted: sent.filter(({ outcome }) => outcome === 'ok').length,
    refused,
    unanswered: record.open,
    lines: {
      taken: of('danmaku').length,
      shown: first.reduce((sum, { lines }) => sum + lines.length, 0),
      shed: first.reduce((sum, { shed }) => sum + shed, 0),
    },
    gifts: { due: gifts.size, seen },
    delivered: figures.total('delivered'),
    wrong: findings.count,
  }
}

/** The highest of each level during the load; of `server.cpu` the mean, which is what a day costs. */
function worst(rows: readonly Row[]): { [level: string]: number } {
  const levels: { [level: string]: number } = {}
  for (const row of rows) {
    for (const [name, value] of Object.entries(row.levels)) {
      levels[name] = Math.max(levels[name] ?? -Infinity, value)
    }
  }
  for (const name of ['server.cpu', 'harness.cpu', 'harness.viewers.cpu']) {
    if (name in levels) levels[name] = mean(rows, name)
  }
  return levels
}

function mean(rows: readonly Row[], level: string): number {
  const values = rows.map(({ levels }) => levels[level]).filter((value) => value !== undefined)
  return values.reduce((sum, value) => sum + value, 0) / (values.length || 1)
}

function storm(figures: Figures): { [level: string]: number } {
  const seconds = figures.latest('storm.seconds')
  return seconds === undefined ? {} : { 'storm.seconds': seconds }
}
