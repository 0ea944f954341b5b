/** How two runs differ, figure by figure. */

import type { Report } from './report.ts'

export interface Difference {
  readonly name: string
  readonly before: number
  readonly after: number
  /** For `figure`. */
  readonly unit: string
  /** `after / before - 1`; undefined where there was nothing before. */
  readonly change: number | undefined
  /** Undefined where it is about the same, or neither is better. */
  readonly better: boolean | undefined
}

interface Compared {
  readonly name: string
  readonly unit: string
  readonly lower?: boolean
  readonly of: (report: Report) => number | undefined
}

const time = (metric: string, stat: 'p50' | 'p99', name: string): Compared => ({
  name: `${name} ${stat}`,
  unit: 'ms',
  lower: true,
  of: ({ times }) => times[metric]?.[stat],
})

const compared: readonly Compared[] = [
  { name: 'viewers', unit: '', of: ({ plan }) => plan.viewers },
  { name: 'commands offered', unit: '', of: ({ balance }) => balance.offered },
  { name: 'commands taken', unit: '', of: ({ balance }) => balance.accepted },
  { name: 'events delivered', unit: '', of: ({ balance }) => balance.delivered },
  { name: 'lines shed', unit: '', of: ({ balance }) => balance.lines.shed },
  { name: 'wrong', unit: '', lower: true, of: ({ balance }) => balance.wrong },
  time('ack', 'p50', 'answer'),
  time('ack', 'p99', 'answer'),
  time('gift.ack', 'p99', 'answer to a gift'),
  time('fanout.must', 'p50', 'numbered event'),
  time('fanout.must', 'p99', 'numbered event'),
  time('fanout.should', 'p99', 'line'),
  time('join', 'p50', 'join'),
  time('join', 'p99', 'join'),
  time('side.ack', 'p99', 'other room'),
  { name: 'server processor', unit: 'share', lower: true, of: level('server.cpu') },
  { name: 'server µs a delivery', unit: '', lower: true, of: perDelivery },
  { name: 'server memory', unit: 'MB', lower: true, of: level('server.memory') },
  { name: 'server event loop p99', unit: 'ms', lower: true, of: level('server.lag') },
  {
    name: 'sockets closed',
    unit: '',
    lower: true,
    of: ({ totals }) => totals['viewers.closed'],
  },
]

/** Less than that is noise. */
const noise = 0.05

export function differences(before: Report, after: Report): Difference[] {
  return compared.flatMap(({ name, unit, lower, of }) => {
    const [a, b] = [of(before), of(after)]
    if (a === undefined || b === undefined) return []
    const change = a ? b / a - 1 : undefined
    const same = a === b || (change !== undefined && Math.abs(change) < noise)
    const better = lower === undefined || same ? undefined : b < a
    return [{ name, before: a, after: b, unit, change, better }]
  })
}

/** In percent; from nothing, the difference itself. */
export function changeText(of: Pick<Difference, 'before' | 'after' | 'change'>): string {
  const { before, after, change } = of
  if (change !== undefined) return `${change > 0 ? '+' : ''}${(100 * change).toFixed(0)} %`
  return after > before ? `+${after}` : ''
}

function level(name: string): (report: Report) => number | undefined {
  return ({ levels }) => levels[name]
}

function perDelivery({ totals }: Report): number | undefined {
  const [cpu, delivered] = [totals['server.cpuSeconds'], totals['delivered']]
  return cpu && delivered ? (1e6 * cpu) / delivered : undefined
}
