import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomLost, type RoomError } from '../kernel/room-error.ts'
import { RoomFeed, type FeedListener } from './room-feed.ts'
import type { LiveActor, RoomHost } from './room-host.ts'

const nothing = (): void => undefined

function start(actor: () => Promise<LiveActor>) {
  const ended: RoomError[] = []
  const defects: unknown[] = []
  const host = {
    directory: { find: async () => undefined, actor },
    metrics: { reopened: 0 },
    clock: { now: () => 0, after: () => nothing },
    defect: (error: unknown) => void defects.push(error),
  }
  const listener: FeedListener = {
    batch: () => assert.fail('a batch'),
    lost: () => assert.fail('lost'),
    gap: () => assert.fail('a gap'),
    reopened: () => assert.fail('reopened'),
    ended: (error) => void ended.push(error),
  }
  const feed = new RoomFeed('live_a', host as unknown as RoomHost, listener)
  return { feed, host, ended, defects }
}

test('[CL58] a feed that waits for the next leader takes it as its first one', async () => {
  const actor = { epoch: 7, position: { epoch: 7, seq: 40 }, listen: () => nothing }
  const { feed, host } = start(async () => actor as unknown as LiveActor)
  await feed.start()
  assert.equal(await feed.actor(), actor)
  assert.deepEqual([feed.epoch, feed.seq, host.metrics.reopened], [7, 40, 0])
})

test('[CL58] it ends where no leader comes, whatever the reason', async () => {
  for (const failure of [roomLost(), new Error('the database is away')]) {
    const { feed, ended, defects } = start(() => Promise.reject(failure))
    await feed.start()
    await new Promise((go) => setImmediate(go))
    assert.deepEqual(
      ended.map(({ code }) => code),
      ['room.lost'],
    )
    assert.equal(defects.length, failure.name === 'RoomError' ? 0 : 1)
  }
})
