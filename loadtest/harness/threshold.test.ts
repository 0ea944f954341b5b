import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, parseThreshold, type Measured } from './threshold.ts'

const summary = { count: 9, p50: 1, p90: 2, p95: 3, p99: 150, p999: 160, max: 170 }
const measured: Measured = {
  times: { ack: summary, 'fanout.must': summary },
  totals: { offered: 200, refused: 3, gaps: 0 },
  levels: { 'server.memory': 400, 'server.cpu': 0.5 },
}

const met = (text: string): boolean => judge(parseThreshold(text), measured).met

test('[LT3] times, counts, shares and levels are compared in their units', () => {
  assert.ok(met('ack.p99<200ms') && met('ack.p99 < 0.2s') && !met('ack.p99<150ms'))
  assert.ok(met('ack.p99<=150ms') && met('fanout.must.max>100ms') && met('ack.count>=9'))
  assert.ok(met('refused<2%') && !met('refused<1%') && met('refused<4') && met('gaps<1'))
  assert.ok(met('server.memory<0.5GB') && !met('server.memory<300MB'))
  assert.ok(met('server.cpu<60%') && !met('server.cpu<0.4'))
})

test('[LT3] a threshold of which nothing was measured is missed', () => {
  assert.deepEqual(judge(parseThreshold('jion.p99<1s'), measured), {
    text: 'jion.p99<1s',
    value: undefined,
    unit: 'ms',
    met: false,
  })
})

test('[LT4] a threshold that cannot be read is told with its form', () => {
  for (const text of ['', 'ack', 'ack.p99', 'ack.p99=3', 'ack.p98<3ms', 'ack<200ms', '<3']) {
    assert.throws(() => parseThreshold(text), /--threshold '.*'.*(for example|needs a statistic)/)
  }
})
