import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Figures, type Row, type Summary } from '../harness/figures.ts'
import type { Check } from '../report/report.ts'
import { checksOf, type OverloadEvidence } from './overload-checks.ts'

type Counts = Record<string, number>

/** One second as a good run has it. */
interface Second {
  counts: Counts
  levels: Record<string, number>
  ack: number
  lines: number
}

/** 10 s of calm, 20 s of flood at 5,000/s where 1,000/s were carried, 15 s after it. */
function run(spoil: (second: Second, t: number) => void = () => undefined): Figures {
  const figures = new Figures()
  for (let t = 1; t <= 45; t += 1) {
    const flood = t > 10 && t <= 30
    const second: Second = {
      counts: {
        offered: flood ? 5_000 : 500,
        'danmaku.accepted': flood ? 400 : 200,
        ...(flood && { refused: 4_000, 'refused.busy': 4_000 }),
        'side.offered': 30,
      },
      levels: { interval: 1, 'server.memory': 300 + t, 'server.lag.max': 40 },
      ack: flood ? 400 : 20,
      lines: 30, // two witnesses
    }
    spoil(second, t)
    const phase = t <= 10 ? 'calm' : flood ? 'flood' : 'after'
    figures.enter(phase)
    for (const [name, by] of Object.entries(second.counts)) figures.count(name, by)
    for (const [name, value] of Object.entries(second.levels)) figures.level(name, value)
    for (let n = 0; n < 10; n += 1) figures.time('ack', second.ack)
    if (flood) figures.time('refusal', 60)
    for (let n = 0; n < second.lines; n += 1) figures.time('danmaku.seen', 100)
    figures.time('lateness', second.levels['late'] ?? 1)
    figures.time('side.ack', second.levels['side'] ?? 15)
    figures.roll(t)
  }
  return figures
}

function checks(figures: OverloadEvidence['figures'], more: Partial<OverloadEvidence> = {}) {
  const all = checksOf({
    figures,
    heard: { due: 800, seen: 800 },
    witnesses: 2,
    offeredDue: 5_000,
    factor: 5,
    from: 10,
    to: 30,
    ...more,
  })
  return all
    .filter(({ met }) => !met)
    .map(({ text }: Check) => text.split(' ').slice(0, 2).join(' '))
}

const inFlood = (t: number): boolean => t > 10 && t <= 30

test('[LT40] a run in which everything holds has nothing missed', () => {
  assert.deepEqual(checks(run()), [])
})

const spoiled: readonly [string, string, (second: Second, t: number) => void][] = [
  [
    'a flood that was none',
    'the flood',
    ({ counts }, t) => inFlood(t) && (counts['offered'] = 4_000),
  ],
  ['a harness that was late', 'the flood', ({ levels }) => (levels['late'] = 300)],
  [
    'a viewer that missed one',
    'every acknowledged',
    ({ counts }, t) => t === 12 && (counts['missing'] = 1),
  ],
  ['a line too many a second', 'lines at', (second, t) => inFlood(t) && (second.lines = 32)],
  ['a line too few', 'lines at', (second, t) => inFlood(t) && (second.lines = 28)],
  ['a room that said nothing', 'lines at', ({ counts }) => (counts['danmaku.accepted'] = 3)],
  ['late answers', 'answered or', (second, t) => t === 20 && (second.ack = 3_000)],
  [
    'a refusal without a time',
    'answered or',
    ({ counts }, t) => t === 20 && (counts['refused.mute'] = 1),
  ],
  [
    'a refusal as something else',
    'answered or',
    ({ counts }, t) => t === 20 && (counts['refused.busy']! -= 1),
  ],
  [
    'a leak',
    'memory flat:',
    ({ levels }, t) => inFlood(t) && (levels['server.memory'] = 300 + 10 * t),
  ],
  [
    'a silent server',
    '/metrics answers',
    ({ counts }, t) => t === 25 && (counts['scrape.failed'] = 1),
  ],
  ['slow answers for long', 'answers as', (second, t) => t > 30 && t < 42 && (second.ack = 45)],
  [
    'refusals for long',
    'answers as',
    ({ counts }, t) => t > 30 && t < 42 && (counts['refused'] = 1),
  ],
  ['a neighbour that waits', 'p99 of', ({ levels }, t) => inFlood(t) && (levels['side'] = 31)],
  [
    'a neighbour that is refused',
    'p99 of',
    ({ counts }, t) => inFlood(t) && (counts['side.refused'] = 1),
  ],
]

for (const [what, missed, spoil] of spoiled) {
  test(`[LT41] found: ${what}`, () => {
    const found = checks(run(spoil))
    assert.ok(found.includes(missed), `${missed}: ${found.join(', ')}`)
    if (!what.startsWith('refusals') && !what.startsWith('late')) assert.equal(found.length, 1)
  })
}

test('[LT41] found: a gift that a witness never got, and a run without gifts', () => {
  assert.deepEqual(checks(run(), { heard: { due: 800, seen: 799 } }), ['every acknowledged'])
  assert.deepEqual(checks(run(), { heard: { due: 0, seen: 0 } }), ['every acknowledged'])
})

test('[LT41] where nothing was measured every check but that of refusals without time is missed', () => {
  const none = { rows: [] as Row[], total: () => 0, summaries: (): Record<string, Summary> => ({}) }
  assert.equal(checks(none, { heard: { due: 0, seen: 0 }, offeredDue: NaN }).length, 8)
})
