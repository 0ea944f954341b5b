import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReject, RejectError, type GiftAnswer } from '../../sdk/index.ts'
import { sendOnce } from '../src/gift/send-once.ts'

/** A room that answers one after the other; remembers the keys that it was asked with. */
function roomAnswering(...answers: (GiftAnswer | string)[]) {
  const keys: (string | undefined)[] = []
  return {
    keys,
    newId: () => `key${keys.length}`,
    gifts: {
      async send({ key }: { key?: string }) {
        keys.push(key)
        const answer = answers.shift()!
        if (typeof answer === 'string') throw new RejectError(answer, answer)
        return answer
      },
    },
  }
}

const paid: GiftAnswer = { amount: 10, balance: 90, combo: { id: 'c1', total: 1 } }

const outcome = (room: ReturnType<typeof roomAnswering>) =>
  sendOnce(room, 'rose', 1).then(
    () => 'paid',
    (error: unknown) => (isReject(error) ? error.code : String(error)),
  )

test('[WB39] a lost answer is asked for once more under the same key', async () => {
  const room = roomAnswering('outcome_unknown', paid)
  assert.equal(await outcome(room), 'paid')
  assert.deepEqual(room.keys, ['key0', 'key0'])
  const poor = roomAnswering('outcome_unknown', 'insufficient_balance')
  assert.equal(await outcome(poor), 'insufficient_balance')
})

test('[WB39] a gift that may be paid is never said to have only met a lost connection', async () => {
  for (const own of ['offline', 'closed', 'queue_full', 'outcome_unknown'])
    assert.equal(await outcome(roomAnswering('outcome_unknown', own)), 'outcome_unknown')
  assert.equal(await outcome(roomAnswering('offline')), 'offline')
})
