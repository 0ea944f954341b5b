import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf } from '../harness/write-up.ts'
import { viralRoom } from '../scenarios/viral-room.ts'
import { compareHtml } from './compare.ts'
import { differences } from './differences.ts'
import { reportHtml } from './page.ts'
import { asReport, reportVersion, type Report } from './report.ts'
import { comparisonText, summaryText } from './text.ts'

const summary = { count: 10, p50: 1, p90: 2, p95: 3, p99: 40, p999: 50, max: 60 }

function made(more: Partial<Report> = {}): Report {
  const row = (t: number) => ({
    t,
    counts: { offered: 5, accepted: 5, delivered: 100 },
    levels: { viewers: 10, interval: 1, 'server.cpu': 0.4, 'server.memory': 200 },
    times: { ack: summary },
  })
  return {
    plaza: 'load report',
    version: reportVersion,
    scenario: 'viral-room',
    about: 'many viewers',
    plan: viralRoom.defaults,
    seed: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    seconds: 2,
    platform: 'one node on PGlite',
    machine: { cpu: 'a processor', cores: 2, memoryGiB: 8, node: 'v22.0.0' },
    verdict: 'ok',
    findings: [],
    thresholds: [],
    checks: [],
    balance: {
      offered: 10,
      accepted: 10,
      refused: {},
      unanswered: 0,
      lines: { taken: 5, shown: 4, shed: 1 },
      gifts: { due: 2, seen: 2 },
      delivered: 200,
      wrong: 0,
    },
    totals: { 'server.cpuSeconds': 0.002, delivered: 200 },
    levels: { 'server.cpu': 0.4, 'server.memory': 200 },
    times: { ack: summary },
    rows: [row(1), row(2)],
    notes: [{ t: 1, text: 'a note' }],
    phases: [],
    command: 'npm run loadtest -- viral-room',
    harnessCpu: 0.1,
    ...more,
  }
}

test('[LT5] the exit code tells the verdict', () => {
  const codes = (['ok', 'missed', 'wrong'] as const).map((verdict) => exitCodeOf({ verdict }))
  assert.deepEqual(codes, [0, 1, 3])
})

test('[LT30] a page asks the network for nothing', () => {
  for (const page of [reportHtml(made()), compareHtml(made(), made())]) {
    assert.doesNotMatch(page, /<(?:link|img|iframe)\b|\ssrc=|@import|url\((?!#)/)
    assert.match(page, /new uPlot\(/)
  }
})

test('[LT30] a text that looks like markup is shown as it is', () => {
  const evil = '</script><script>alert(1)</script>'
  const examples = [evil]
  const page = reportHtml(
    made({
      platform: evil,
      notes: [{ t: 1, text: evil }],
      findings: [{ promise: 'once', count: 1, examples }],
      verdict: 'wrong',
    }),
  )
  assert.ok(!page.includes(evil))
  assert.equal(page.split('</script>').length - 1, 3, 'the data, uPlot and the page’s own')
})

test('[LT30] the page and the text say what was wrong', () => {
  const finding = {
    promise: 'order',
    count: 3,
    examples: ['live_a 7: one before the other'],
  } as const
  const report = made({ findings: [finding], verdict: 'wrong' })
  for (const shown of [reportHtml(report), summaryText(report)]) {
    assert.match(shown, /everybody sees one order/)
    assert.match(shown, /live_a 7: one before the other/)
  }
})

test('[LT31] figures of two runs are better, worse or about the same', () => {
  const after = made({
    times: { ack: { ...summary, p99: 20, p50: 1.02 } },
    levels: { 'server.cpu': 0.6, 'server.memory': 201 },
  })
  const found = new Map(differences(made(), after).map((one) => [one.name, one]))
  assert.deepEqual(
    ['answer p99', 'answer p50', 'server processor', 'server memory', 'viewers'].map(
      (name) => found.get(name)?.better,
    ),
    [true, undefined, false, undefined, undefined],
  )
  assert.equal(found.get('answer p99')?.change, -0.5)
  assert.match(comparisonText(made(), after), /answer p99 +40 ms +20 ms \+ -50 %/)
})

test('[LT32] what is no report of this version is refused by name', () => {
  assert.equal(asReport(made(), 'a.json').seed, 1)
  assert.throws(() => asReport({ ...made(), version: 99 }, 'a.json'), /a\.json .* version 99/)
  for (const value of [null, 3, {}, []]) {
    assert.throws(() => asReport(value, 'b.json'), /b\.json is no load report/)
  }
})
