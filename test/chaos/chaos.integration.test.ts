import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { catalogue } from './scenarios/catalogue.ts'
import { inOneCluster } from './scenarios/in-one-cluster.ts'
import { missingServers } from './stage/missing.ts'
import { play } from './stage/play.ts'
import type { StageOptions } from './stage/stage.ts'

/** The harm that most defects show under. The rest runs by `npm run chaos -- all`. */
const short = [
  'kills',
  'pause-leader',
  'cut-after-commit',
  'silent-after-commit',
  'postgres-half-open',
]
const options = { timeout: 500_000 }

async function keptBy(t: TestContext, names: readonly string[], stage: StageOptions) {
  const scenarios = catalogue.filter(({ name }) => names.includes(name))
  assert.equal(scenarios.length, names.length)
  const lines: string[] = []
  const outcome = await play(inOneCluster(scenarios, stage), {
    seed: 1,
    rounds: 3,
    settleMs: Infinity,
    tell: (line) => lines.push(line),
  })
  const broken = outcome.findings.filter(({ breaches }) => breaches > 0)
  assert.ok(outcome.ok, [outcome.error, JSON.stringify(broken), ...lines].join('\n'))
  assert.deepEqual(
    outcome.findings.filter(({ checked }) => checked === 0),
    [],
    'every verdict has something behind it',
  )
  t.diagnostic(`${JSON.stringify(outcome.counts)} in ${outcome.seconds.toFixed(0)} s`)
}

if (!missingServers()) {
  test(
    `[CH10] [CH11] [CH12] [CH13] [CH19] [P1] [P2] [P3] [P4] [P7] ${short.join(', ')}: every promise is kept`,
    options,
    (t) => keptBy(t, short, { lease: 2, proxied: true }),
  )

  // A long lease: here a node that is merely slow must not lose it, for nobody may take the room.
  test('[CH14] forged-messages: every promise is kept and the leader leads on', options, (t) =>
    keptBy(t, ['forged-messages'], { lease: 20 }),
  )
}

test('[CH15] every scenario has a name of its own and says what happens', () => {
  assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length)
  for (const { name, title } of catalogue) assert.ok(/^[a-z-]+$/.test(name) && title.length > 15)
})
