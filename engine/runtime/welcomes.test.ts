import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Position } from '../kernel/position.ts'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { readServerFrame } from '../wire/colyseus.ts'
import type { Socket } from '../transport/transport.ts'
import type { ActorRoom } from './actor-room.ts'
import { RoomClient } from './room-client.ts'
import type { RoomFeed } from './room-feed.ts'
import type { RoomHost } from './room-host.ts'
import { user } from './testing/start-engine.ts'
import { Welcomes } from './welcomes.ts'

const room = 'live_a'

/** A relay that has the first event of epoch 1. */
async function setup() {
  const env = new ManualEnvironment()
  const at: Position & { leads: boolean } = { epoch: 1, seq: 1, leads: false }
  const actor = {
    get epoch() {
      return at.epoch
    },
    view: async () => ({ position: { epoch: at.epoch, seq: at.seq }, view: {}, can: ['watch'] }),
    since: (seq: number) =>
      seq < 0 ? undefined : Array.from({ length: at.seq - seq }, () => ({ type: 'noted' })),
  }
  let moved = Promise.withResolvers<void>()
  const feed = {
    get epoch() {
      return at.epoch
    },
    get seq() {
      return at.seq
    },
    get leads() {
      return at.leads
    },
    batches: 0,
    stopped: false,
    actor: async () => actor,
    moved: () => moved.promise,
  }
  const metrics = { joins: 0, resumes: 0 }
  const welcomes = new Welcomes({
    room,
    host: { clock: { now: env.now, after: env.after }, metrics, now: env.now } as never as RoomHost,
    feed: feed as never as RoomFeed,
    flush: () => undefined,
    welcomed: () => undefined,
  })
  const told = new Map<string, unknown[]>()
  const join = (name: string, seen: Position | undefined): void => {
    const boarding = { room: { key: room } as ActorRoom, asker: user(name), session: undefined }
    const client = new RoomClient({ ...boarding, at: seen })
    const send = (frame: Uint8Array): void => {
      const { payload } = readServerFrame(frame) as { payload: any }
      const { epoch, seq, recovered, missed } = payload
      told.set(name, [epoch, seq, recovered, missed?.length])
    }
    client.board({ open: true, join: () => undefined, send } as never as Socket)
    welcomes.add(client)
  }
  const pass = async (ms: number): Promise<void> => {
    env.advance(ms)
    await new Promise(setImmediate)
  }
  const move = async (to: Partial<typeof at>): Promise<void> => {
    Object.assign(at, to)
    moved.resolve()
    moved = Promise.withResolvers()
    await new Promise(setImmediate)
    await pass(50)
  }
  join('ahead', { epoch: 1, seq: 2 })
  join('level', { epoch: 1, seq: 1 })
  join('behind', { epoch: 1, seq: 0 })
  join('new', undefined)
  await pass(50)
  assert.deepEqual(Object.fromEntries(told), {
    level: [1, 1, true, 0],
    behind: [1, 1, true, 1],
    new: [1, 1, false, undefined],
  })
  return { told, move, pass }
}

test('[CL55] who has seen more than a relay waits until it has caught up, and holds up nobody', async () => {
  const { told, move } = await setup()
  await move({ seq: 2 })
  assert.deepEqual(told.get('ahead'), [1, 2, true, 0])
})

test('[CL55] or until it follows the next leader', async () => {
  const { told, move } = await setup()
  await move({ epoch: 2, seq: 3, leads: true })
  assert.deepEqual(told.get('ahead'), [2, 3, true, 1])
})

test('[CL55] no longer than 6 s: then a view is told as one', async () => {
  const { told, pass } = await setup()
  for (let ms = 600; ms < 6_000; ms += 600) await pass(600)
  assert.equal(told.get('ahead'), undefined)
  await pass(600)
  await pass(50)
  assert.deepEqual(told.get('ahead'), [1, 1, false, undefined])
})
