import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from './plan.ts'
import { shrink } from './shrink.ts'
import { simulate, type Outcome } from './simulate.ts'

test('[SM1] one seed is one history, to the last step; another seed is another', async () => {
  const first = await simulate(planOf(7), { traced: true })
  const again = await simulate(planOf(7), { traced: true })
  assert.deepEqual(again.trace, first.trace)
  assert.equal(again.hash, first.hash)
  assert.equal((await simulate(planOf(7))).hash, first.hash, 'watching changes nothing')
  const hashes = new Set<number>()
  for (let seed = 1; seed <= 10; seed += 1) hashes.add((await simulate(planOf(seed))).hash)
  assert.equal(hashes.size, 10)
})

test('[SM2] a handful of histories keeps every promise', async () => {
  for (let seed = 1; seed <= 20; seed += 1) held(seed, await simulate(planOf(seed)))
})

test('[SM2] seed 280: an id ahead of the clock, a clock set forth and back, and a crash', async () => {
  held(280, await simulate(planOf(280)))
})

test('[SM4] a plan that fails becomes a small one that fails in the same way', async () => {
  const bug = 'no fence in the store'
  for (let seed = 1; ; seed += 1) {
    const plan = planOf(seed)
    const failed = await simulate(plan, { bug })
    if (!failed.violation) continue
    const small = await shrink(plan, failed, { bug })
    assert.equal(small.outcome.violation?.invariant, failed.violation.invariant)
    const size = (of: typeof plan) =>
      of.faults.length + of.clients.reduce((sum, { actions }) => sum + actions.length, 0)
    assert.ok(size(small.plan) < size(plan), `${size(plan)} became ${size(small.plan)}`)
    assert.ok(small.outcome.trace.length > 0)
    return
  }
})

function held(seed: number, { violation }: Outcome): void {
  assert.equal(violation, undefined, `seed ${seed}: npm run sim -- --seed ${seed} --trace`)
}
