import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomEvent } from './journal.ts'
import { RecentEvents } from './recent-events.ts'
import { mostRecentBytes, replicaOf } from './replica.ts'
import type { RoomCore } from './room-core.ts'
import { decodeState } from './snapshot-codec.ts'

const core = { snapshot: () => ({}) } as unknown as RoomCore

function eventsOf(size: (index: number) => number, count: number): RoomEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'noted',
    data: { index, text: 'x'.repeat(size(index)) },
    at: index,
  }))
}

function replicate(events: readonly RoomEvent[]): RoomEvent[] {
  const recent = new RecentEvents()
  recent.push(1, events)
  const replica = replicaOf(core, { epoch: 1, seq: events.length }, recent)
  assert.ok(replica.recent.length <= mostRecentBytes, `${replica.recent.length} bytes`)
  return decodeState(replica.recent)
}

test('[CL56] a replica brings the newest events, up to 1,000 and 512 KiB', () => {
  const few = eventsOf(() => 20, 7)
  assert.deepEqual(replicate(few), few)
  const many = eventsOf(() => 20, 3_000)
  assert.deepEqual(replicate(many), many.slice(-1_000))
  const large = eventsOf(() => 5_000, 500)
  const brought = replicate(large)
  assert.ok(brought.length > 80 && brought.length < 105, `${brought.length}`)
  assert.deepEqual(brought, large.slice(-brought.length))
  // The share is reckoned from the average; the newest may be the largest.
  const growing = eventsOf((index) => (index < 990 ? 0 : 100_000), 1_000)
  const last = replicate(growing)
  assert.ok(last.length >= 1 && last.length <= 5, `${last.length}`)
  assert.deepEqual(last, growing.slice(-last.length))
  assert.deepEqual(replicate(eventsOf(() => 600_000, 2)), [])
})

test('[CL56] two replicas of one position bring the same bytes, of the next one newer ones', () => {
  const recent = new RecentEvents()
  recent.push(
    1,
    eventsOf(() => 1, 3),
  )
  const [first, again] = [3, 3].map((seq) => replicaOf(core, { epoch: 1, seq }, recent).recent)
  assert.equal(first, again)
  recent.push(
    4,
    eventsOf(() => 1, 1),
  )
  const next = replicaOf(core, { epoch: 1, seq: 4 }, recent).recent
  assert.equal(decodeState<RoomEvent[]>(next).length, 4)
})
