import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaseTimes } from './node-lease.ts'

test('[CL30] a short lease beats more often and stops earlier, in proportion', () => {
  assert.deepEqual(leaseTimes(4_000), { ttlMs: 4_000, beatMs: 1_000, marginMs: 500 })
  assert.deepEqual(leaseTimes(1_000), { ttlMs: 1_000, beatMs: 250, marginMs: 125 })
  assert.deepEqual(leaseTimes(60_000), { ttlMs: 60_000, beatMs: 1_000, marginMs: 500 })
})
