import { test } from 'node:test'
import assert from 'node:assert/strict'
import { compileKind } from '../kernel/compiled-kind.ts'
import { encodeState } from '../kernel/snapshot-codec.ts'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { newBusStats, type Bus } from './bus.ts'
import type { Post } from './post.ts'
import { RelayActor, type LedReplica } from './relay-actor.ts'

test('[CL15] a relay that may have missed something while it opened is not opened', async () => {
  let subscriptions = 0
  let tellGap = (): void => undefined
  const bus: Bus = {
    publish: () => undefined,
    async subscribe() {
      subscriptions += 1
      return () => void (subscriptions -= 1)
    },
    onGap(listener) {
      tellGap = listener
      return () => undefined
    },
    stats: newBusStats(),
    close: async () => undefined,
  }
  const asked: string[] = []
  let answer = (_replica: LedReplica): void => undefined
  const post = {
    ask: (_node: string, topic: string) => {
      asked.push(topic)
      return new Promise<LedReplica>((resolve) => (answer = resolve))
    },
  } as unknown as Post
  const env = new ManualEnvironment()
  const kind = compileKind({ name: 'live', features: [], refuse: () => undefined })
  const opening = RelayActor.open({
    ...{ room: 'live_x', kind, leader: 'n1', bus, post, env },
    sockets: () => 0,
  })
  await new Promise(setImmediate)
  assert.deepEqual([asked, subscriptions], [['follow'], 1])
  tellGap()
  const state = encodeState({ features: {}, timers: [], kept: { floor: 0, keys: [], answers: [] } })
  const position = { epoch: 1, seq: 0 }
  answer({ position, state, recent: encodeState([]), count: 0, sender: 's' })
  await assert.rejects(opening, { code: 'room.lost' })
  assert.equal(subscriptions, 0)
})
