/** What every store of leases does, and the lease on top of it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomError } from '../engine/kernel/room-error.ts'
import { Lease, type LeaseStore } from './lease.ts'

const a1 = { node: 'a', incarnation: 'a1' }
const a2 = { node: 'a', incarnation: 'a2' }
const longMs = 60_000

/** `make` gives a new, empty store each time. */
export function leaseContract(make: () => Promise<LeaseStore>): void {
  test('[LS1] one incarnation of a node holds the lease until it runs out or is given up', async () => {
    const store = await make()
    assert.equal(await store.alive(a1), false)
    assert.ok(await store.beat(a1, longMs, false))
    assert.equal(await store.alive(a1), true)
    assert.equal(await store.beat(a2, longMs, false), undefined)
    assert.equal(await store.alive(a2), false)
    await store.end(a2)
    assert.equal(await store.alive(a1), true)
    await store.end(a1)
    assert.equal(await store.alive(a1), false)
    assert.ok(await store.beat(a2, longMs, false))
  })

  test('[LS2] a lease that ran out is taken by another incarnation, and the former one cannot renew', async () => {
    const store = await make()
    await store.beat(a1, 1, false)
    await until(async () => !(await store.alive(a1)))
    assert.ok(await store.beat(a2, longMs, false))
    assert.equal(await store.beat(a1, longMs, true), undefined)
    assert.ok(await store.beat(a2, longMs, true))
    assert.equal(await store.alive(a2), true)
  })

  test('[LS3] a lease is renewed while its process lives, and a second process of the node is refused', async () => {
    const store = await make()
    const options = { ttlMs: longMs, beatMs: 20, marginMs: 100, onLost: assert.fail }
    const first = new Lease(store, a1, options)
    assert.equal(first.held, false)
    await first.start()
    assert.equal(first.held, true)
    const impatient = new Lease(store, a2, { ...options, ttlMs: 3_000 })
    await assert.rejects(impatient.start(), { code: 'node.taken', data: { node: 'a' } })
    assert.equal(first.held, true)
    await first.stop()
    assert.equal(first.held, false)
    const second = new Lease(store, a2, { ...options, ttlMs: longMs })
    await second.start()
    assert.equal(second.held, true)
    await second.stop()
  })

  test('[LS4] one that is replaced is told so once', async () => {
    const store = await make()
    const lost: RoomError[] = []
    const options = {
      ttlMs: longMs,
      beatMs: 10,
      onLost: (error: RoomError) => void lost.push(error),
    }
    const lease = new Lease(store, a1, options)
    await lease.start()
    await store.end(a1)
    await store.beat(a2, longMs, false)
    await until(async () => lost.length > 0)
    assert.equal(lost[0]!.code, 'node.taken')
    assert.equal(lease.held, false)
    await lease.stop()
    assert.equal(lost.length, 1)
    assert.equal(await store.alive(a2), true)
  })

  test('[LS8] every beat tells the time of the store', async () => {
    const measures: { sent: number; received: number; time: number }[] = []
    let now = 0
    const lease = new Lease(await make(), a1, {
      ttlMs: longMs,
      beatMs: 5,
      onLost: assert.fail,
      clock: () => (now += 1),
      measured: (measure) => void measures.push(measure),
    })
    const before = Date.now()
    await lease.start()
    await until(async () => measures.length > 2)
    await lease.stop()
    for (const { sent, received, time } of measures) {
      assert.ok(sent < received)
      // The machine of a test server has this one's time, as near as makes no matter.
      assert.ok(time > before - 5_000 && time < Date.now() + 5_000, `${time}`)
    }
  })
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
