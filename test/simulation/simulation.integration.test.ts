import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { bugs, busBugs, type Bug } from './bugs.ts'
import { baselineMs, Health } from './health.ts'
import { planOf, type FaultKind } from './plan.ts'
import { simulate } from './simulate.ts'

const seeds = 2_000
/** Within so many seeds each planted bug is found. */
const within = 60

test('[SM2] [SM5] 2,000 histories keep every promise, and all that they are to test happens in them', async () => {
  const faults = new Map<FaultKind, number>()
  const sums: Record<string, number> = {}
  for (let seed = 1; seed <= seeds; seed += 1) {
    const plan = planOf(seed)
    const { violation, stats } = await simulate(plan)
    assert.equal(violation, undefined, `seed ${seed}: npm run sim -- --seed ${seed}`)
    for (const { kind } of plan.faults) faults.set(kind, (faults.get(kind) ?? 0) + 1)
    for (const [name, count] of Object.entries(stats)) sums[name] = (sums[name] ?? 0) + count
    await new Promise(setImmediate)
  }
  assert.equal(faults.size, 15)
  for (const [kind, count] of faults)
    assert.ok(count > (kind === 'bus restarts' ? 30 : 200), `${kind} struck ${count} times`)
  const { fenced, unheard, seats, resumed, given, heldUp, served, ...often } = sums
  assert.ok(fenced! > 100, `${fenced} flushes of former owners`)
  assert.ok(unheard! > 100, `${unheard} commits whose answer was lost`)
  assert.ok(seats! > 300, `${seats} welcomes of viewers`)
  assert.ok(resumed! > 50, `${resumed} viewers who got what they had missed`)
  assert.ok(given! > 300, `${given} rooms given to a named node`)
  assert.ok(served! > 10 * seeds, `${served} commands where nothing was wrong`)
  assert.ok(heldUp! < served! / 100, `${heldUp} of ${served} waited for what others had locked`)
  for (const [name, count] of Object.entries(often)) assert.ok(count > seeds, `${name}: ${count}`)
})

test('[SM7] with a bus every history has relays and viewers, and every promise holds', async () => {
  const sums: Record<string, number> = {}
  for (let seed = 1; seed <= 40; seed += 1) {
    const { violation, stats } = await simulate(planOf(seed, true))
    assert.equal(violation, undefined, `seed ${seed}: npm run sim -- --bus --seed ${seed}`)
    for (const [name, count] of Object.entries(stats)) sums[name] = (sums[name] ?? 0) + count
    await new Promise(setImmediate)
  }
  assert.ok(sums['seats']! > 100 && sums['resumed']! > 20, JSON.stringify(sums))
})

test('[SM8] what a room without a fault takes is what the bound of H is twice of', async () => {
  const took: number[] = []
  const timed = Health.prototype.served
  Health.prototype.served = (_node, _room, ms) => void (ms > 0 && took.push(ms))
  try {
    for (let seed = 1; seed <= 60; seed += 1) await simulate({ ...planOf(seed), faults: [] })
  } finally {
    Health.prototype.served = timed
  }
  const p99 = took.sort((a, b) => a - b)[Math.floor(0.99 * took.length)]!
  assert.ok(took.length > 500 && p99 > 0.8 * baselineMs && p99 <= baselineMs, `${p99} ms`)
})

const caught = new Set<string>()

for (const [bug, invariants] of Object.entries(bugs) as [Bug, readonly string[]][]) {
  test(`[SM3] ${bug}: caught as ${invariants.join(' or ')}`, async () => {
    for (let seed = 1; seed <= within; seed += 1) {
      const { violation } = await simulate(planOf(seed, busBugs.has(bug)), { bug })
      if (!violation) continue
      assert.ok(invariants.includes(violation.invariant), `${seed}: ${JSON.stringify(violation)}`)
      caught.add(violation.invariant)
      return
    }
    assert.fail(`not caught in ${within} seeds`)
  })
}

test('[SM3] no invariant is without a bug that it catches', () => {
  assert.deepEqual([...caught].sort(), [
    'A',
    'B',
    'C',
    'D',
    'E',
    'F',
    'G',
    'H',
    'K',
    'P1',
    'T',
    'V',
    'W',
  ])
})

test('[SM3] a bug that was planted is gone afterwards', async () => {
  const before = (await simulate(planOf(1))).hash
  for (const bug of Object.keys(bugs) as Bug[]) await simulate(planOf(1), { bug })
  assert.equal((await simulate(planOf(1))).hash, before)
})

test('[SM6] the command tells what failed, the smallest plan and how to replay it', () => {
  const run = (...args: string[]) => {
    const script = join(import.meta.dirname, '../../scripts/sim.ts')
    return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  }
  const good = run('--seeds', '5', '--from', '3')
  assert.equal(good.status, 0)
  assert.match(good.stdout, /^5 seeds \(3 to 7\), \d+ events, \d+ seeds a second/)
  const bad = run('--seeds', '60', '--bug', 'timer not cleared')
  assert.equal(bad.status, 1)
  assert.match(bad.stdout, /^seed \d+: invariant T is violated/)
  assert.match(bad.stdout, /the smallest plan found in \d+ runs/)
  const replay = /npm run sim -- --seed (\d+) --bug 'timer not cleared' --trace/.exec(bad.stdout)
  const again = run('--seed', replay![1]!, '--bug', 'timer not cleared', '--trace')
  assert.equal(again.status, 1)
  assert.match(again.stdout, /VIOLATED T/)
  assert.notEqual(run('--seeds', 'many').status, 0)
  assert.notEqual(run('--bug', 'no such bug').status, 0)
})
