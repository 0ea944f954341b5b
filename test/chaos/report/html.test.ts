import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../stage/play.ts'
import { htmlReport } from './html.ts'

const outcome = (over: Partial<Outcome>): Outcome => ({
  name: 'kill-leader',
  title: 'The leader is killed',
  seed: 7,
  seconds: 12,
  error: undefined,
  moments: [
    { at: 1_000, what: 'kill -9 n0', kind: 'fault' },
    { at: 5_000, what: 'n0 runs again', kind: 'heal' },
  ],
  findings: [{ id: 'A', title: 'Once', checked: 12, breaches: 0, examples: [] }],
  counts: { acknowledged: 345 },
  silences: [{ faultAt: 1_000, median: 900, longest: 1_500 }],
  ok: true,
  ...over,
})

const page = (outcomes: readonly Outcome[]): string =>
  htmlReport({
    at: new Date(0),
    command: 'npm run chaos -- all',
    machine: 'a machine',
    outcomes,
    leftOut: [{ name: 'disk-full', why: 'no root' }],
  })

test('[CH16] the report says what was kept, what was broken with examples, and what was left out', () => {
  const good = page([outcome({})])
  assert.match(good, /All 1 scenarios kept every promise/)
  assert.match(good, /left out: no root/)
  assert.doesNotMatch(good, /✕/)
  const breach = { id: 'B', title: 'Kept', checked: 9, breaches: 2, examples: ['<gone> & "lost"'] }
  const bad = page([outcome({ findings: [breach], ok: false })])
  assert.match(bad, /1 of 1 scenarios broke a promise/)
  assert.match(bad, /2 of 9/)
  assert.match(bad, /&#60;gone&#62; &#38; &#34;lost&#34;/, 'words are text, whatever is in them')
  assert.match(page([outcome({ error: 'it fell over', ok: false })]), /it fell over/)
})

test('[CH16] the report is one file that asks for nothing else', () => {
  assert.doesNotMatch(page([outcome({})]), /(?:src|href)="(?!#)|@import|url\(/)
})
