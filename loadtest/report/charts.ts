/** Which lines a report draws, and where their values come from. */

import type { Row, Summary } from '../harness/figures.ts'
import type { Report } from './report.ts'

export type Color = 'accent' | 'violet' | 'gold' | 'green' | 'blue' | 'red' | 'muted'

export interface Line {
  readonly name: string
  readonly color: Color
  readonly dash?: boolean
  readonly fill?: boolean
  readonly values: readonly (number | null)[]
}

export interface Chart {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly unit: 'ms' | 'share' | 'MB' | ''
  /** Logarithmic: for times whose tails matter. */
  readonly log?: boolean
  /** Seconds since the start of the load. */
  readonly x: readonly number[]
  readonly series: readonly Line[]
}

type Value = (row: Row) => number | undefined

export interface LineSpec {
  readonly name: string
  readonly color: Color
  readonly dash?: boolean
  readonly fill?: boolean
  readonly of: Value
}

export interface ChartSpec {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly unit: Chart['unit']
  readonly log?: boolean
  readonly lines: readonly LineSpec[]
}

/** ms of a percentile in that second. */
const time =
  (metric: string, stat: keyof Summary): Value =>
  ({ times }) =>
    times[metric]?.[stat]
/** A second. */
const rate =
  (metric: string): Value =>
  ({ counts, levels }) =>
    (counts[metric] ?? 0) / (levels['interval'] || 1)
const level =
  (name: string): Value =>
  ({ levels }) =>
    levels[name]

const percentiles = (metric: string): LineSpec[] => [
  { name: 'p50', color: 'green', of: time(metric, 'p50') },
  { name: 'p90', color: 'blue', of: time(metric, 'p90') },
  { name: 'p99', color: 'gold', of: time(metric, 'p99') },
  { name: 'max', color: 'accent', of: time(metric, 'max') },
]

export const chartSpecs: readonly ChartSpec[] = [
  {
    id: 'answers',
    title: 'Answers',
    about: 'from the intended time of a command to its answer',
    unit: 'ms',
    log: true,
    lines: percentiles('ack'),
  },
  {
    id: 'fanout',
    title: 'Fan-out of numbered events',
    about: 'from the event’s time to each viewer',
    unit: 'ms',
    log: true,
    lines: percentiles('fanout.must'),
  },
  {
    id: 'lines',
    title: 'Fan-out of danmaku',
    about: 'from the line’s time to each viewer; lines wait for their tick',
    unit: 'ms',
    log: true,
    lines: percentiles('fanout.should'),
  },
  {
    id: 'commands',
    title: 'Commands a second',
    about: 'offered by the schedule, taken and refused by the platform',
    unit: '',
    lines: [
      { name: 'offered', color: 'violet', of: rate('offered') },
      { name: 'taken', color: 'green', dash: true, of: rate('accepted') },
      { name: 'refused', color: 'accent', of: rate('refused') },
    ],
  },
  {
    id: 'delivered',
    title: 'Events delivered a second',
    about: 'over all viewers',
    unit: '',
    lines: [{ name: 'delivered', color: 'violet', fill: true, of: rate('delivered') }],
  },
  {
    id: 'shed',
    title: 'Danmaku a second',
    about: 'offered, and left out for lack of budget, as the server counts it',
    unit: '',
    lines: [
      { name: 'offered', color: 'violet', of: rate('danmaku.offered') },
      { name: 'shed', color: 'gold', fill: true, of: rate('server.shed') },
    ],
  },
  {
    id: 'viewers',
    title: 'Viewers',
    about: 'sockets that follow a room',
    unit: '',
    lines: [{ name: 'in the rooms', color: 'blue', fill: true, of: level('viewers') }],
  },
  {
    id: 'joins',
    title: 'Joins, returns and drops a second',
    about: 'sockets that came, came back and were closed',
    unit: '',
    lines: [
      { name: 'joined', color: 'blue', of: rate('viewers.joined') },
      { name: 'came back', color: 'green', of: rate('viewers.returned') },
      { name: 'closed', color: 'accent', of: rate('viewers.closed') },
    ],
  },
  {
    id: 'joining',
    title: 'Joining',
    about: 'from asking for the seat to the first view',
    unit: 'ms',
    log: true,
    lines: percentiles('join'),
  },
  {
    id: 'side',
    title: 'Answers in the other room',
    about: 'what a room beside the load feels of it',
    unit: 'ms',
    log: true,
    lines: percentiles('side.ack'),
  },
  {
    id: 'cpu',
    title: 'Processor',
    about: 'shares of a core; a harness near 100 % measures itself',
    unit: 'share',
    lines: [
      { name: 'server', color: 'accent', fill: true, of: level('server.cpu') },
      { name: 'harness', color: 'muted', dash: true, of: harness },
    ],
  },
  {
    id: 'memory',
    title: 'Memory of the server',
    about: 'resident set and JavaScript heap',
    unit: 'MB',
    lines: [
      { name: 'resident', color: 'violet', fill: true, of: level('server.memory') },
      { name: 'heap', color: 'blue', of: level('server.heap') },
    ],
  },
  {
    id: 'lag',
    title: 'Event loop of the server',
    about: 'p99 of its delay since the last look',
    unit: 'ms',
    lines: [{ name: 'delay', color: 'gold', fill: true, of: level('server.lag') }],
  },
  {
    id: 'flv',
    title: 'Pictures',
    about: 'video tags that pullers got a second, over all of them',
    unit: '',
    lines: [{ name: 'tags', color: 'blue', fill: true, of: rate('flv.tags') }],
  },
]

/** The charts that have something to show. */
export function chartsOf(report: Report): Chart[] {
  return chartSpecs.flatMap(({ lines, ...chart }) => {
    const series = lines.map(({ of, ...line }) => ({ ...line, values: valuesOf(report, of) }))
    const full = series.some(({ values }) => values.some((value) => value !== null && value > 0))
    return full ? [{ ...chart, x: report.rows.map(({ t }) => t), series }] : []
  })
}

export function valuesOf({ rows }: Report, of: Value): (number | null)[] {
  return rows.map((row) => {
    const value = of(row)
    return value === undefined || !Number.isFinite(value) ? null : value
  })
}

function harness({ levels }: Row): number | undefined {
  const [main, viewers] = [levels['harness.cpu'], levels['harness.viewers.cpu']]
  return main === undefined ? undefined : main + (viewers ?? 0)
}
