import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomBatch } from './journal.ts'
import { MemoryJournal, type MemorySettler } from './memory-journal.ts'

test('[KE9] a takeover while the settlers prepare fences the flush under way', async () => {
  const gate = Promise.withResolvers<void>()
  const preparing = Promise.withResolvers<void>()
  const slow: MemorySettler = {
    name: 'slow',
    async prepare() {
      preparing.resolve()
      await gate.promise
      return {
        judge: () => ({ kind: 'settled', value: undefined }),
        release: () => undefined,
        writes: () => [],
      }
    },
  }
  const journal = new MemoryJournal({ settlers: [slow] })
  const { position } = await journal.open('live_a', { node: 'a', incarnation: 'a1' })
  let decided = 0
  const batch: RoomBatch = {
    room: 'live_a',
    epoch: position.epoch,
    firstSeq: 1,
    settle: [{ by: 'slow', id: 'x', room: 'live_a', asker: 'u', now: 0, request: {} }],
    decide() {
      decided += 1
      return { commands: [], events: [], timers: [], outbox: [], wakeAt: undefined }
    },
  }
  const flushing = journal.flush([batch])
  await preparing.promise
  await journal.open('live_a', { node: 'b', incarnation: 'b1' })
  gate.resolve()
  assert.deepEqual(await flushing, ['fenced'])
  assert.equal(decided, 0)
})
