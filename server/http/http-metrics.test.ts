import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Counter, Histogram, Registry } from 'prom-client'
import { createHttpMetrics } from './http-metrics.ts'

test('[HT26] the figures of answers read as if each had been told to the metrics library', async () => {
  const [own, theirs] = [new Registry(), new Registry()]
  const metrics = createHttpMetrics(own)
  const requests = new Counter({
    name: 'plaza_http_requests_total',
    help: 'HTTP requests answered, by kind of route and class of status.',
    labelNames: ['kind', 'status'],
    registers: [theirs],
  })
  const seconds = new Histogram({
    name: 'plaza_http_request_seconds',
    help: 'Seconds from the arrival of a request to its answer, by kind of route.',
    labelNames: ['kind'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [theirs],
  })
  const compare = async (): Promise<void> =>
    assert.deepEqual(
      (await own.metrics()).split('\n').sort(),
      (await theirs.metrics()).split('\n').sort(),
    )
  await compare()
  for (const [kind, status, took] of [
    ['rooms', 200, 0.0005],
    ['rooms', 204, 0.001],
    ['rooms', 503, 0.0011],
    ['web', 304, 3],
    ['web', 404, 11],
    ['accounts', 401, 10],
  ] as const) {
    metrics.answered(kind, status, took)
    requests.inc({ kind, status: `${Math.floor(status / 100)}xx` })
    seconds.observe({ kind }, took)
    await compare()
  }
})
