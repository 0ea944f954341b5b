import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../kernel/room-error.ts'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { ClusterDirectory, type ClusterDirectoryOptions } from './cluster-directory.ts'

const room = 'live_a'

/** Node `b`, where the journal says that `a` leads the room and nobody hears of `a`. */
function start() {
  const env = new ManualEnvironment()
  let gone: (node: string) => void = () => undefined
  const elsewhere = new RoomError('room.elsewhere', 'on a', { data: { node: 'a' } })
  const options = {
    node: 'b',
    env,
    local: {
      kinds: new Map([['live', {}]]),
      holds: () => false,
      actor: () => Promise.reject(elsewhere),
    },
    post: { drop: () => undefined },
    peers: {
      get: () => undefined,
      list: () => [],
      onGone: (tell: typeof gone) => (gone = tell),
    },
    relays: { get: () => undefined, gone: () => undefined, leaderOf: () => undefined },
  }
  const directory = new ClusterDirectory(options as unknown as ClusterDirectoryOptions)
  return { env, directory, fall: (node: string) => gone(node) }
}

/** What became of `promise` in eight and a half seconds. */
async function outcome(env: ManualEnvironment, promise: Promise<unknown>) {
  const began = env.now()
  let result: unknown
  promise.then(
    (value) => (result = { value, after: env.now() - began }),
    (error: RoomError) => (result = { code: error.code, after: env.now() - began }),
  )
  for (let step = 0; step < 850 && !result; step += 1) {
    await new Promise((go) => setImmediate(go))
    env.advance(10)
  }
  return result as { value?: unknown; code?: string; after: number }
}

test('[CL58] a room is between two leaders while its leader has just fallen silent, and no longer', async () => {
  const { env, directory, fall } = start()
  const never = await outcome(env, directory.find(room))
  assert.equal(never.code, 'room.lost', 'nobody knows of a leader that fell')
  assert.ok(never.after >= 8_000)

  fall('a')
  const after = await outcome(env, directory.find(room))
  assert.ok('value' in after && after.value === undefined && after.after < 100)
  const patient = await outcome(env, directory.actor(room))
  assert.equal(patient.code, 'room.lost')

  env.advance(2_000)
  const late = await outcome(env, directory.find(room))
  assert.equal(late.code, 'room.lost', 'more is wrong than one node')
})
