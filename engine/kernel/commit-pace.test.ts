import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommitPace } from './commit-pace.ts'
import { Committer, type Flushable } from './committer.ts'
import type { Journal } from './journal.ts'
import type { FlushBatch } from './room-batch.ts'

/** Flushes that take `fixedMs` and `perCommandMs` for each command, one after the other. */
function paced(fixedMs: number, perCommandMs: number) {
  let now = 0
  const pace = new CommitPace(2_000, () => now)
  const flush = (commands: number): number => {
    const ended = pace.started()
    const ms = fixedMs + commands * perCommandMs
    now += ms
    ended(commands)
    return ms
  }
  /** With all that may go into each. */
  const flood = (flushes: number): number => {
    let ms = 0
    for (let index = 0; index < flushes; index += 1) ms = flush(pace.limit)
    return ms
  }
  return { pace, flush, flood, wait: (ms: number) => void (now += ms) }
}

test('[OV5] under a flood a flush lasts 50 ms longer than the shortest', () => {
  const node = paced(5, 0.4)
  node.flush(1)
  assert.ok(node.flood(20) < 60)
  assert.ok(node.flood(1) > 40, 'and makes use of them')
  const distant = paced(120, 0.05)
  distant.flush(1)
  assert.ok(distant.flood(20) < 180, 'a far database gets as much more')
  const slow = paced(10, 20)
  slow.flush(1)
  assert.ok(slow.flood(50) > 600)
  assert.equal(slow.pace.limit, 32, 'never fewer')
})

test('[OV5] the number comes back when flushes are fast again, and not before they are full', () => {
  const node = paced(5, 0.4)
  node.flush(1)
  node.flood(20)
  const low = node.pace.limit
  for (let index = 0; index < 20; index += 1) node.flush(3)
  assert.equal(node.pace.limit, low)
  const { pace } = node
  for (let index = 0; index < 10; index += 1) {
    const ended = pace.started()
    node.wait(10)
    ended(pace.limit)
  }
  assert.equal(pace.limit, 2_000)
})

test('[OV8] one slow flush takes half of the number at most, and one of few commands nothing', () => {
  const { pace, wait, flush } = paced(5, 0.4)
  flush(1)
  const slow = (commands: number): void => {
    const ended = pace.started()
    wait(120)
    ended(commands)
  }
  slow(3)
  assert.equal(pace.limit, 2_000)
  assert.ok(pace.waitMs(60, 20) < 1_000, 'a burst over many rooms is not refused for it')
  slow(40)
  assert.equal(pace.limit, 1_000)
  slow(2_000)
  assert.ok(pace.limit > 900 && pace.limit < 950, 'in proportion')
})

test('[OV4] the wait is told from the flushes before, the share of a room and the one under way', () => {
  const { pace, wait, flood, flush } = paced(5, 0.4)
  assert.equal(pace.waitMs(2_000, 1), 0, 'nothing is known yet')
  flush(1)
  flood(30)
  assert.equal(pace.waitMs(50, 1), 0, 'goes with the next flush')
  const flights = pace.waitMs(1_000, 1) / 50
  assert.ok(flights > 6 && flights < 10, `${flights} flushes`)
  assert.ok(pace.waitMs(1_000, 4) > 3 * pace.waitMs(1_000, 1), 'a quarter of each flush')
  const ended = pace.started()
  wait(3_000)
  assert.ok(pace.waitMs(0, 1) >= 3_000, 'a commit that hangs')
  ended(1)
  assert.equal(pace.waitMs(0, 1), 0, 'and is over')
})

/** A room with so many commands, of which each flush takes some. */
class Crowd implements Flushable {
  waiting: number
  readonly taken: number[] = []

  constructor(waiting: number) {
    this.waiting = waiting
  }

  take(limit: number): FlushBatch | undefined {
    const count = Math.min(limit, this.waiting)
    if (!count) return undefined
    this.waiting -= count
    this.taken.push(count)
    return { waiting: Array.from({ length: count }) } as unknown as FlushBatch
  }

  flushed(): void {}
  failed(): void {}
}

/** What each room had of the first flush of a hundred. */
async function flushOnce(rooms: readonly Crowd[]): Promise<number[]> {
  let first: number[] | undefined
  const journal = {
    async flush() {
      first ??= rooms.map(({ taken }) => taken[0] ?? 0)
      return rooms.map(() => 'written')
    },
  } as unknown as Journal
  const committer = new Committer(journal, { maxCommands: 100, now: () => 0 })
  for (const room of rooms) committer.wake(room)
  await committer.idle()
  return first!
}

test('[OV6] rooms share a flush, and what one does not need goes to the others', async () => {
  const crowds = (...sizes: number[]): Crowd[] => sizes.map((size) => new Crowd(size))
  assert.deepEqual(await flushOnce(crowds(5_000, 1)), [99, 1])
  assert.deepEqual(await flushOnce(crowds(5_000, 10, 5_000, 30)), [30, 10, 30, 30])
  assert.deepEqual(await flushOnce(crowds(60, 40)), [60, 40])
  const many = await flushOnce(crowds(5_000, ...Array.from({ length: 120 }, () => 1)))
  assert.deepEqual([many[0], many.filter(Boolean).length], [1, 100])
})
