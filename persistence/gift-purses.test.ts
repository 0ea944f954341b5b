import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { credit, purseOf, spend, split, unspend } from './gift-purses.ts'

test('[LG10] a split loses no coin, and the remainder is the platform’s', () => {
  const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(amount, fc.integer({ min: 0, max: 100 }), (coins, percent) => {
      const { streamer, platform } = split(coins, percent)
      assert.ok(streamer >= 0 && platform >= 0)
      assert.equal(BigInt(streamer) + BigInt(platform), BigInt(coins))
      assert.equal(BigInt(streamer), (BigInt(coins) * BigInt(percent)) / 100n)
    }),
    {
      examples: [
        [1, 70],
        [Number.MAX_SAFE_INTEGER, 70],
      ],
    },
  )
})

test('[LG10] what is taken and given back leaves a purse as it was', () => {
  const row = { id: 1, balance: 1e12, spent: 5, spent_day: '2026-01-02' }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1e6 })), (amounts) => {
      const purse = purseOf(row, '2026-01-02')
      const before = { ...purse }
      for (const amount of amounts) spend(purse, amount)
      for (const amount of amounts.toReversed()) unspend(purse, amount)
      assert.deepEqual(purse, { ...before, delta: 0 })
      credit(purse, 7)
      assert.deepEqual([purse.delta, purse.credited, purse.balance], [7, 7, row.balance])
    }),
  )
})
