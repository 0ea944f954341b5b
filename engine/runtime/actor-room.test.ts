import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryJournal } from '../kernel/memory-journal.ts'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { readServerFrame } from '../wire/colyseus.ts'
import type { WireEvent } from '../wire/messages.ts'
import { ActorRoom } from './actor-room.ts'
import { LocalDirectory } from './directory.ts'
import { defaultSettings, type RoomHost, type Spread } from './room-host.ts'
import { chatKind } from './testing/chat-kind.ts'
import { user } from './testing/start-engine.ts'

const room = 'live_a'
const owner = { node: 'n0', incarnation: 'i0' }

/** A room that is led here, and what its relays are sent. */
async function setup() {
  const env = new ManualEnvironment()
  const journal = new MemoryJournal()
  const directory = new LocalDirectory({ kinds: [chatKind], journal, owner, env })
  const relays: [epoch: number, lane: string, ...texts: string[]][] = []
  const spread: Spread = {
    send(_room, epoch, lane, frame) {
      const { payload } = readServerFrame(frame) as { payload: [number, ...unknown[]] }
      const events = payload.findLast(Array.isArray) as WireEvent[]
      relays.push([epoch, lane, ...events.map(([, data]: any) => data.text as string)])
    },
    end: () => void relays.push([0, 'ended']),
    followed: () => true,
  }
  const host = {
    directory,
    transport: { publish: () => undefined },
    settings: defaultSettings,
    metrics: { shedLines: 0, reopened: 0 },
    clock: { now: env.now, after: env.after },
    turn: { share: () => ({ turn: 0, taken: 0 }) },
    now: env.now,
    spread,
    defect: env.defect,
  } as unknown as RoomHost
  const instance = new ActorRoom()
  instance.roomId = `${room}-1`
  await instance.onCreate({ room, host, closed: () => undefined })
  const say = (text: string): Promise<unknown> =>
    directory.ask(room, 'chat.say', { text }, user('ada'))
  await say('one')
  env.advance(0)
  assert.deepEqual(relays.splice(0), [[1, 'should', 'one']])
  return { instance, directory, env, relays, say }
}

test('[CL43] what was taken just before the room was given up goes to its relays before the end', async () => {
  const { instance, directory, env, relays, say } = await setup()
  await say('two')
  await directory.ask(room, 'chat.note', { text: 'kept' }, user('ada'))
  await say('three')
  assert.deepEqual(relays, [], 'it waits for its tick')
  await directory.release(room)
  assert.deepEqual(relays, [
    [1, 'must', 'kept'],
    [1, 'should', 'two', 'three'],
    [0, 'ended'],
  ])
  env.advance(1_000)
  assert.equal(relays.length, 3, 'nothing is said in the name of the next leader')
  instance.onDispose()
  assert.deepEqual(env.defects, [])
  await directory.close()
})

test('[CL43] so it does when the instance of a room that is still led here is closed', async () => {
  const { instance, directory, relays, say } = await setup()
  await say('two')
  instance.onDispose()
  assert.deepEqual(relays, [
    [1, 'should', 'two'],
    [0, 'ended'],
  ])
  await directory.close()
})
