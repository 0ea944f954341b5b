/** The viewers: a swarm's groups over the rooms, and what they saw since the last look. */

import type { Counts, HistogramName } from '../swarm/counts.ts'
import { Histogram } from '../swarm/histogram.ts'
import type { Swarm } from '../swarm/swarm.ts'
import type { Figures } from './figures.ts'
import type { Findings } from './findings.ts'

/** How the delays of the swarm are called here. */
const times: Readonly<Partial<{ [Name in HistogramName]: string }>> = {
  join: 'join',
  must: 'fanout.must',
  should: 'fanout.should',
  may: 'fanout.may',
}

/** Counters of the swarm that are told second by second. */
const counters = {
  joins: 'viewers.joined',
  returns: 'viewers.returned',
  recovered: 'viewers.recovered',
  renewed: 'viewers.renewed',
  frames: 'frames',
  bytes: 'bytes',
  numbered: 'numbered',
  missing: 'missing',
  gaps: 'gaps',
  repeated: 'repeated',
  shed: 'viewers.shed',
} as const

export class Crowd {
  readonly #swarm: Swarm
  readonly #figures: Figures
  readonly #before = new Map<string, number>()
  readonly #buckets = new Map<string, Float64Array>()
  #last: Counts | undefined

  constructor(swarm: Swarm, figures: Figures) {
    this.#swarm = swarm
    this.#figures = figures
  }

  /** Takes what happened since the last call into the figures. */
  async look(): Promise<void> {
    const counts = await this.#swarm.counts()
    this.#last = counts
    for (const [from, to] of Object.entries(counters)) {
      this.#add(to, counts.figures[from as keyof typeof counters])
    }
    for (const [type, count] of Object.entries(counts.events)) this.#add(`event.${type}`, count)
    for (const [code, count] of Object.entries(counts.closes)) this.#add(`close.${code}`, count)
    const closes = Object.values(counts.closes).reduce((sum, count) => sum + count, 0)
    this.#add('viewers.closed', closes)
    const failures = Object.values(counts.failures).reduce((sum, count) => sum + count, 0)
    this.#add('failed', failures)
    const delivered = Object.values(counts.events).reduce((sum, count) => sum + count, 0)
    this.#add('delivered', delivered)
    for (const [from, to] of Object.entries(times)) this.#time(counts, from as HistogramName, to)
    this.#figures.level('viewers', counts.figures.open)
    this.#figures.level('harness.viewers.cpu', this.#rate('cpu', counts.figures.cpuSeconds))
  }

  /** What each of all the sockets checked by itself. */
  check(findings: Findings): void {
    if (!this.#last) return
    const { gaps, missing, repeated, stale } = this.#last.figures
    if (gaps) findings.add('gaps', `viewers: ${missing} events were missing in ${gaps} places`)
    if (repeated) findings.add('once', `viewers: ${repeated} numbered events came again`)
    if (stale) findings.add('order', `viewers: ${stale} frames were of an epoch that was over`)
  }

  failures(): Readonly<Record<string, number>> {
    return this.#last?.failures ?? {}
  }

  #add(metric: string, total: number): void {
    const by = total - (this.#before.get(metric) ?? 0)
    this.#before.set(metric, total)
    if (by || !this.#figures.total(metric)) this.#figures.count(metric, by)
  }

  #time(counts: Counts, from: HistogramName, to: string): void {
    const now = counts.delays[from].buckets
    const before = this.#buckets.get(to)
    this.#buckets.set(to, now)
    const since = before ? now.map((count, bucket) => count - before[bucket]!) : now
    this.#figures.times(to, new Histogram(since))
  }

  /** Units a second since the last call. */
  #rate(name: string, total: number): number {
    const at = performance.now() / 1_000
    const [before, then] = [this.#before.get(name) ?? 0, this.#before.get(`${name} at`) ?? at]
    this.#before.set(name, total)
    this.#before.set(`${name} at`, at)
    return at > then ? (total - before) / (at - then) : 0
  }
}
