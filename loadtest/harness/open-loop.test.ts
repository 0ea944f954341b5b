import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrivals, perform } from './open-loop.ts'

const streams = [
  { kind: 'gift', perSecond: 5 },
  { kind: 'danmaku', perSecond: 50 },
  { kind: 'like', perSecond: 0 },
] as const

test('[LT1] one seed gives one schedule, another seed another', () => {
  const draw = (seed: number) => [...arrivals(streams, 10, seed)]
  assert.deepEqual(draw(7), draw(7))
  assert.notDeepEqual(draw(7), draw(8))
})

test('[LT1] arrivals come in order, within the time, at the rates asked for', () => {
  const drawn = [...arrivals(streams, 200, 1)]
  assert.ok(drawn.every(({ at }, index) => at < 200_000 && at >= (drawn[index - 1]?.at ?? 0)))
  const count = (kind: string): number => drawn.filter((one) => one.kind === kind).length
  // Four standard deviations of a Poisson count.
  assert.ok(Math.abs(count('danmaku') - 10_000) < 400, `${count('danmaku')} lines`)
  assert.ok(Math.abs(count('gift') - 1_000) < 127, `${count('gift')} gifts`)
  assert.equal(count('like'), 0)
})

test('[LT2] an act that takes long moves no later arrival and is not left out', async () => {
  let now = 1_000
  const clock = {
    now: () => now,
    until: async (at: number) => void (now = Math.max(now, at)),
  }
  const plan = [10, 20, 30, 500].map((at) => ({ kind: 'a', at }))
  const acts: { intended: number; at: number }[] = []
  await perform(
    plan,
    (_kind, intended) => {
      acts.push({ intended: intended - 1_000, at: now - 1_000 })
      now += 100
    },
    { clock },
  )
  assert.deepEqual(acts, [
    { intended: 10, at: 10 },
    { intended: 20, at: 110 },
    { intended: 30, at: 210 },
    { intended: 500, at: 500 },
  ])
})

test('[LT2] whoever is late reads answers all the same', async () => {
  let read = 0
  const answers = setInterval(() => (read += 1), 1)
  const plan = Array.from({ length: 40 }, () => ({ kind: 'a', at: 0 }))
  await perform(plan, () => {
    for (const until = performance.now() + 2; performance.now() < until;);
  })
  clearInterval(answers)
  assert.ok(read > 3, `${read} turns`)
})

test('[LT2] nothing is performed once it is over', async () => {
  const done: string[] = []
  const plan = [
    { kind: 'a', at: 0 },
    { kind: 'b', at: 0 },
    { kind: 'c', at: 0 },
  ]
  await perform(plan, (kind) => void done.push(kind), { stopped: () => done.length === 2 })
  assert.deepEqual(done, ['a', 'b'])
})
