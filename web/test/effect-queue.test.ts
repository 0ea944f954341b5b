/** Gifts over the picture: order, limits, combos. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GiftSent } from '../../sdk/index.ts'
import { ComboSlots, EffectQueue } from '../src/gift/effect-queue.ts'

let serial = 0
function gift(amount: number, combo = `c${serial}`, total = 2): GiftSent {
  return {
    id: `g${serial++}`,
    session: 's',
    from: { id: 'u_1', name: 'a' },
    to: 'u_2',
    gift: 'crown',
    count: 1,
    amount,
    given: amount,
    combo: { id: combo, total },
  }
}

test('[WB13] big gifts wait in order of what they cost, own gifts before all others', () => {
  const queue = new EffectQueue()
  queue.add(gift(520), false)
  queue.add(gift(5000), false)
  queue.add(gift(188), true)
  queue.add(gift(187), false)
  assert.deepEqual(
    [queue.next(), queue.next(), queue.next(), queue.next()].map((one) => one?.amount),
    [188, 5000, 520, undefined],
  )
})

test('[WB14] no more than twenty effects wait, and the dearest are kept', () => {
  const queue = new EffectQueue()
  for (let n = 0; n < 500; n++) queue.add(gift(200 + n), false)
  assert.equal(queue.length, 20)
  assert.equal(queue.next()?.amount, 699)
})

test('[WB15] an own gift is shown when it opens a combo, however small', () => {
  const queue = new EffectQueue()
  queue.add(gift(1, 'c', 1), true)
  queue.add(gift(1, 'c', 2), true)
  assert.equal(queue.length, 1)
})

test('[WB16] a combo keeps its counter, which never goes back, and leaves four seconds after its last gift', () => {
  const slots = new ComboSlots()
  slots.add(gift(5, 'a', 3), 0)
  slots.add(gift(5, 'a', 2), 1000)
  assert.deepEqual(
    slots.combos.map(({ id, total }) => [id, total]),
    [['a', 3]],
  )
  assert.equal(slots.expire(4999), false)
  assert.equal(slots.expire(5000), true)
  assert.equal(slots.combos.length, 0)
})

test('[WB17] three counters stand at a time; a fourth takes the place of the oldest', () => {
  const slots = new ComboSlots()
  for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) slots.add(gift(5, id), at)
  assert.deepEqual(
    slots.combos.map(({ id }) => id),
    ['b', 'c', 'd'],
  )
})
