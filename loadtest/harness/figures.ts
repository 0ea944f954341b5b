/** What is measured while a run goes on: times, counts and levels, for the whole run and second by second. */

import { Histogram } from '../swarm/histogram.ts'

/** Of durations, in ms. */
export interface Summary {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** One interval of the run. Times are in ms. */
export interface Row {
  /** Seconds since the start of the load; before it, negative. */
  readonly t: number
  readonly counts: Readonly<Record<string, number>>
  readonly levels: Readonly<Record<string, number>>
  readonly times: Readonly<Record<string, Summary>>
}

export class Figures {
  rows: Row[] = []
  readonly #whole = new Map<string, Histogram>()
  readonly #interval = new Map<string, Histogram>()
  readonly #totals = new Map<string, number>()
  #counts = new Map<string, number>()
  #levels = new Map<string, number>()
  #phase: string | undefined

  /** Times from here on also count under `<phase>.<metric>`. */
  enter(phase: string): void {
    this.#phase = phase
  }

  time(metric: string, ms: number): void {
    of(this.#whole, metric).record(ms)
    if (this.#phase) of(this.#whole, `${this.#phase}.${metric}`).record(ms)
    of(this.#interval, metric).record(ms)
  }

  /** Times that were measured elsewhere since the last call. */
  times(metric: string, histogram: Histogram): void {
    of(this.#whole, metric).add(histogram)
    of(this.#interval, metric).add(histogram)
  }

  count(metric: string, by = 1): void {
    this.#counts.set(metric, (this.#counts.get(metric) ?? 0) + by)
    this.#totals.set(metric, (this.#totals.get(metric) ?? 0) + by)
  }

  /** A value that stands until the next one, such as memory. */
  level(metric: string, value: number): void {
    this.#levels.set(metric, value)
  }

  total(metric: string): number {
    return this.#totals.get(metric) ?? 0
  }

  totals(): Record<string, number> {
    return Object.fromEntries(this.#totals)
  }

  latest(metric: string): number | undefined {
    return this.#levels.get(metric)
  }

  summaries(): Record<string, Summary> {
    return summariesOf(this.#whole)
  }

  /** Forgets times that were measured before the load began, but for joins; counts and rows stay. */
  begin(): void {
    for (const metric of this.#whole.keys()) if (metric !== 'join') this.#whole.delete(metric)
  }

  /** Moves all rows so far back in time. */
  shift(seconds: number): void {
    this.rows = this.rows.map((row) => ({ ...row, t: row.t - seconds }))
  }

  /** Ends the interval under way as the row at `t`. */
  roll(t: number): Row {
    const row: Row = {
      t,
      counts: Object.fromEntries(this.#counts),
      levels: Object.fromEntries(this.#levels),
      times: summariesOf(this.#interval),
    }
    this.rows.push(row)
    this.#counts = new Map()
    this.#interval.clear()
    return row
  }
}

function of(histograms: Map<string, Histogram>, metric: string): Histogram {
  let histogram = histograms.get(metric)
  if (!histogram) histograms.set(metric, (histogram = new Histogram()))
  return histogram
}

function summariesOf(histograms: ReadonlyMap<string, Histogram>): Record<string, Summary> {
  const found: Record<string, Summary> = {}
  for (const [metric, histogram] of histograms) {
    if (histogram.count) found[metric] = summaryOf(histogram)
  }
  return found
}

/** NaN in an empty one. */
export function summaryOf(histogram: Histogram): Summary {
  const at = (share: number): number => histogram.percentile(share)
  return {
    count: histogram.count,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    p999: at(0.999),
    max: histogram.max,
  }
}
