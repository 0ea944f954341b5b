import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Findings } from './findings.ts'
import { checkMoney, type Purse } from './money.ts'
import type { Sent } from './record.ts'

const room = 'live_a'

function gift(id: string, more: Partial<Sent> = {}): Sent {
  const at = { intended: 0, sentAt: 0, answeredAt: 1 }
  return { id, deed: 'gift', room, sender: 'u', count: 1, outcome: 'ok', amount: 5, ...at, ...more }
}

function purse(user: string, balance: readonly [number, number], earned = [0, 0]): Purse {
  return {
    user,
    before: { balance: balance[0], earned: earned[0]! },
    after: { balance: balance[1], earned: earned[1]! },
  }
}

const received = (ids: readonly string[]) => ids.map((id) => ({ id, amount: 3 }))

function found(sent: readonly Sent[], paid: number, earned: number, ids?: readonly string[]) {
  const findings = new Findings()
  const host = { ...purse('h', [0, 0], [100, 100 + earned]), received: ids && received(ids) }
  const senders = [purse('u', [50, 50 - paid])]
  checkMoney({ senders, hosts: new Map([[room, host]]), sent, streamerPercent: 70 }, findings)
  return findings.list().map(({ promise, count }) => `${promise} ${count}`)
}

test('[LT15] two gifts of 5 coins cost 10 and earn twice 3', () => {
  assert.deepEqual(found([gift('a'), gift('b')], 10, 6, ['b', 'a']), [])
})

test('[LT15] a coin too much or too little is found on either side', () => {
  const gifts = [gift('a'), gift('b')]
  assert.deepEqual(found(gifts, 11, 6), ['money 1'])
  assert.deepEqual(found(gifts, 9, 6), ['money 1'])
  assert.deepEqual(found(gifts, 10, 7), ['money 1'])
  assert.deepEqual(found(gifts, 15, 9, ['a', 'b', 'b']), ['money 3'])
})

test('[LT15] a statement that lacks a gift, or has one that was refused or nobody sent, is found', () => {
  assert.deepEqual(found([gift('a'), gift('b')], 10, 6, ['a', 'c']), ['money 2'])
  const refused = gift('b', { outcome: 'insufficient_balance' })
  assert.deepEqual(found([gift('a'), refused], 5, 3, ['a', 'b']), ['money 2'])
})

test('[LT16] a gift without an answer may have cost something or nothing', () => {
  const { outcome: _outcome, amount: _amount, ...open } = gift('b')
  assert.deepEqual(found([gift('a'), open], 5, 3), [])
  assert.deepEqual(found([gift('a'), open], 10, 6), [])
  assert.deepEqual(found([gift('a'), open], 4, 6), ['money 1'])
})
