/** Figures of the HTTP API: plain numbers that each answer adds to, made into metrics when somebody scrapes. */

import { Counter, type Histogram, type Registry } from 'prom-client'

export interface HttpMetrics {
  /** `kind` is the route's tag; `seconds` from the request's arrival to the answer's head. */
  answered(kind: string, status: number, seconds: number): void
}

/** Upper bounds, seconds. */
const bounds = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10]
const name = 'plaza_http_request_seconds'

/** Of one kind of route. */
interface Figures {
  /** Answers by the first digit of their status. */
  readonly classes: number[]
  /** Answers between a bound and the one before; the last of them is beyond all. */
  readonly buckets: number[]
  sum: number
}

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const kinds = new Map<string, Figures>()
  new Counter({
    name: 'plaza_http_requests_total',
    help: 'HTTP requests answered, by kind of route and class of status.',
    labelNames: ['kind', 'status'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [kind, { classes }] of kinds)
        for (const [digit, count] of classes.entries())
          if (count) this.inc({ kind, status: `${digit}xx` }, count)
    },
  })
  const seconds = { name, get: async () => histogramOf(kinds) }
  registry.registerMetric(seconds as unknown as Histogram)

  const add = (kind: string): Figures => {
    const figures = { classes: zeros(6), buckets: zeros(bounds.length + 1), sum: 0 }
    kinds.set(kind, figures)
    return figures
  }
  return {
    answered(kind, status, took) {
      const figures = kinds.get(kind) ?? add(kind)
      figures.classes[Math.floor(status / 100)]! += 1
      let index = 0
      while (index < bounds.length && took > bounds[index]!) index += 1
      figures.buckets[index]! += 1
      figures.sum += took
    },
  }
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0)
}

interface Value {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** As the library's own histogram tells itself. */
function histogramOf(kinds: ReadonlyMap<string, Figures>) {
  return {
    name,
    help: 'Seconds from the arrival of a request to its answer, by kind of route.',
    type: 'histogram',
    aggregator: 'sum',
    values: [...kinds].flatMap(([kind, figures]) => valuesOf(kind, figures)),
  }
}

function valuesOf(kind: string, { buckets, sum }: Figures): Value[] {
  let count = 0
  const values = buckets.map((more, index): Value => {
    count += more
    const le = bounds[index] ?? '+Inf'
    return { metricName: `${name}_bucket`, labels: { le, kind }, value: count }
  })
  return [
    ...values,
    { metricName: `${name}_sum`, labels: { kind }, value: sum },
    { metricName: `${name}_count`, labels: { kind }, value: count },
  ]
}
