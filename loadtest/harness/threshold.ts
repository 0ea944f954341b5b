/** Thresholds of a run: `ack.p99<200ms`, `refused<1%`, `reconnect.max<=20s`. */

import type { Summary } from './figures.ts'

export interface Threshold {
  readonly text: string
  readonly metric: string
  /** Of times only. */
  readonly stat?: keyof Summary
  readonly compare: '<' | '<=' | '>' | '>='
  /** ms for times, a share of what was offered for `%`, else as it is. */
  readonly limit: number
  readonly share: boolean
}

export interface Measured {
  readonly times: Readonly<Record<string, Summary>>
  readonly totals: Readonly<Record<string, number>>
  readonly levels: Readonly<Record<string, number>>
}

export interface Judged {
  readonly text: string
  /** What was measured; undefined where there was nothing to measure, which misses the threshold. */
  readonly value: number | undefined
  /** `ms`, `MB`, `share` of 1, or none. */
  readonly unit: 'ms' | 'MB' | 'share' | ''
  readonly met: boolean
}

const stats = ['p50', 'p90', 'p95', 'p99', 'p999', 'max', 'count'] as const
const form = new RegExp(
  `^([a-z][a-zA-Z.]*?)(?:\\.(${stats.join('|')}))?(<=|>=|<|>)(\\d+(?:\\.\\d+)?)(us|ms|s|%|MB|GB)?$`,
)
const factors = { us: 0.001, ms: 1, s: 1_000, '%': 0.01, MB: 1, GB: 1_024 } as const

/** Throws TypeError that says what is wrong and how to put it right. */
export function parseThreshold(text: string): Threshold {
  const [, metric, stat, compare, value, unit] = form.exec(text.replace(/\s+/g, '')) ?? []
  if (!metric || !compare || value === undefined) {
    throw new TypeError(
      `--threshold '${text}' is not of the form METRIC[.STAT]<LIMIT[UNIT]: for example 'ack.p99<200ms', 'refused<1%' or 'server.memory<500MB' (in quotes, for the shell takes < for itself)`,
    )
  }
  const isTime = unit === 'us' || unit === 'ms' || unit === 's'
  if (isTime && !stat) {
    throw new TypeError(
      `--threshold '${text}' compares a time and needs a statistic of it: '${metric}.p99${compare}${value}${unit}'`,
    )
  }
  return {
    text: text.trim(),
    metric,
    ...(stat !== undefined && { stat: stat as keyof Summary }),
    compare: compare as Threshold['compare'],
    limit: Number(value) * factors[(unit ?? 'ms') as keyof typeof factors],
    share: unit === '%',
  }
}

/** A share is of what was offered: `refused<1%` is refused / offered. Levels are already shares or sums. */
export function judge(threshold: Threshold, measured: Measured): Judged {
  const value = valueOf(threshold, measured)
  const met = value !== undefined && holds(value, threshold)
  return { text: threshold.text, value, unit: unitOf(threshold), met }
}

function valueOf({ metric, stat, share }: Threshold, measured: Measured): number | undefined {
  const { times, totals, levels } = measured
  if (stat) return times[metric]?.[stat]
  if (levels[metric] !== undefined) return levels[metric]
  const total = totals[metric]
  if (total === undefined || !share) return total
  const offered = totals['offered']
  return offered ? total / offered : undefined
}

function unitOf({ metric, stat, share }: Threshold): Judged['unit'] {
  if (stat) return stat === 'count' ? '' : 'ms'
  if (share || metric.endsWith('.cpu')) return 'share'
  return metric.endsWith('.memory') || metric.endsWith('.heap') ? 'MB' : ''
}

function holds(value: number, { compare, limit }: Threshold): boolean {
  if (compare === '<') return value < limit
  if (compare === '<=') return value <= limit
  return compare === '>' ? value > limit : value >= limit
}
