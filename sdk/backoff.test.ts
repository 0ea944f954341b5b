import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoffMs } from './backoff.ts'

test('[SD4] a delay is uniform below a bound that doubles up to 15 s', () => {
  const almostOne = (): number => 0.999_999
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 100].map((tries) => backoffMs(tries, almostOne)),
    [499, 999, 1999, 3999, 7999, 14999, 14999, 14999],
  )
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (tries, r) => {
        const delay = backoffMs(tries, () => r)
        assert.ok(Number.isInteger(delay) && delay >= 0 && delay < 15_000)
      },
    ),
  )
})
