import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addressSet, clientIp, ipOfBytes, ipOfText } from './client-ip.ts'
import { FloodGate } from './flood-gate.ts'
import { laneLevel, type LaneLevel } from './lane-level.ts'
import { TokenBucket } from './token-bucket.ts'

test('[TR21] a bucket gives its burst at once, then its rate, and saves up no more than its burst', () => {
  const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0)
  const takes = (now: number): number => {
    let taken = 0
    while (bucket.take(now)) taken += 1
    return taken
  }
  assert.deepEqual([takes(0), takes(499), takes(500), takes(1_500), takes(60_000)], [3, 0, 1, 2, 3])
  assert.equal(bucket.waitMs(60_000), 500)
  assert.equal(bucket.waitMs(60_000, 4), Infinity)
  assert.equal(takes(0), 0) // a clock that runs backwards gives nothing
})

test('[TR21] over any times a bucket gives at most burst + rate × time', () => {
  const steps = fc.array(fc.tuple(fc.nat(2_000), fc.integer({ min: 1, max: 4 })), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (list) => {
      const bucket = new TokenBucket({ perSecond: 5, burst: 8 }, 0)
      let now = 0
      let taken = 0
      for (const [wait, cost] of list) {
        now += wait
        if (bucket.take(now, cost)) taken += cost
      }
      assert.ok(taken <= 8 + (5 * now) / 1_000 + 1e-6)
    }),
  )
})

test('[TR25] the flood gate lets pass what a token bucket would', () => {
  const steps = fc.array(fc.tuple(fc.nat(12), fc.nat(20_000)), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (list) => {
      const rate = { perSecond: 1_000, burst: 8 } // a token a millisecond is exact in both
      const gate = new FloodGate(rate)
      const bucket = new TokenBucket(rate, 0)
      let now = 0
      let fullAt = 0
      for (const [wait, bytes] of list) {
        now += wait
        const next = gate.pass(fullAt, bytes, now)
        assert.equal(next !== undefined, bucket.take(now, 1 + Math.floor(bytes / 4_096)))
        fullAt = next ?? fullAt
      }
    }),
  )
})

test('[TR22] lanes go in order and come back together, without swinging on the limit', () => {
  const limits = { may: 100, should: 200, must: 400 }
  const walk = (amounts: number[]): LaneLevel[] => {
    let level: LaneLevel = 0
    return amounts.map((amount) => (level = laneLevel(amount, level, limits)))
  }
  assert.deepEqual(walk([0, 100, 101, 99, 51, 50]), [0, 0, 1, 1, 1, 0])
  assert.deepEqual(walk([201, 150, 99, 51, 50]), [2, 2, 2, 2, 0])
})

test('[TR23] the client is the nearest hop that no trusted proxy is; forged hops are not believed', () => {
  const trusted = addressSet(['10.0.0.0/8', '::1'])
  assert.equal(clientIp('10.0.0.1', '6.6.6.6, 9.9.9.9, 10.1.1.1', trusted), '9.9.9.9')
  assert.equal(clientIp('::1', '::ffff:9.9.9.9', trusted), '9.9.9.9')
  assert.equal(clientIp('8.8.8.8', '9.9.9.9', trusted), '8.8.8.8')
  assert.equal(clientIp('10.0.0.1', '', trusted), '10.0.0.1')
  assert.equal(clientIp('10.0.0.1', '9.9.9.9, <script>', trusted), '10.0.0.1')
  assert.equal(clientIp('10.0.0.1', '10.2.2.2, 10.3.3.3', trusted), '10.0.0.1')
  assert.throws(() => addressSet(['nonsense']), TypeError)
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4)
  assert.equal(ipOfBytes(mapped), '1.2.3.4')
  assert.equal(ipOfBytes(Uint8Array.of(1, 2, 3, 4)), '1.2.3.4')
  assert.equal(ipOfBytes(new Uint8Array(16).fill(1, 15)), '0:0:0:0:0:0:0:1')
  assert.equal(ipOfText('::ffff:1.2.3.4'), '1.2.3.4')
})
