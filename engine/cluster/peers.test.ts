import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { MemoryHub } from './memory-bus.ts'
import { Peers, type Peer } from './peers.ts'

function setup() {
  const hub = new MemoryHub()
  const env = new ManualEnvironment()
  const start = async (node: string, { incarnation = '1', now = env.now } = {}): Promise<Peers> => {
    const idle = { address: undefined, sockets: 0, rooms: 0, load: 0, draining: false }
    const self = (): Peer => ({ node, incarnation, ...idle })
    const peers = new Peers({ bus: hub.connect(), self, now, after: env.after })
    await peers.start()
    return peers
  }
  return { env, start }
}

/** What was said is heard. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

function names(peers: Peers): string[] {
  return peers.list().map(({ node }) => node)
}

test('[CL28] a node that falls silent or comes back as another incarnation is told of once', async () => {
  const { env, start } = setup()
  const a = await start('a')
  const gone: string[] = []
  a.onGone((node) => gone.push(node))
  const b = await start('b')
  await turn()
  assert.deepEqual(names(a), ['a', 'b'])
  b.stop()
  const again = await start('b', { incarnation: '2' })
  await turn()
  assert.deepEqual(gone, ['b'])
  again.stop()
  env.advance(5_000)
  assert.deepEqual(gone, ['b', 'b'])
  assert.deepEqual(names(a), ['a'])
  a.stop()
})

test('[CL61] a node that stood still takes nobody for silent before it could hear; who is gone it notices soon after', async () => {
  const { env, start } = setup()
  let stoodMs = 0
  const a = await start('a', { now: () => env.now() + stoodMs })
  const b = await start('b')
  const gone: string[] = []
  a.onGone((node) => gone.push(node))
  await turn()
  for (const ms of [1_750, 60_000]) {
    stoodMs += ms
    env.advance(500) // its beat comes before what the others said
    assert.deepEqual(gone, [], `after ${ms} ms`)
    await turn()
  }
  for (const ms of [10_000, -60_000]) {
    const c = await start('c')
    await turn()
    c.stop()
    stoodMs += ms
    env.advance(500)
    let beats = 0
    for (; !gone.length && beats < 10; beats += 1) {
      await turn()
      env.advance(500)
    }
    assert.deepEqual(gone.splice(0), ['c'])
    assert.ok(beats === 3 || beats === 4, `${beats} beats after it stood ${ms} ms`)
    assert.deepEqual(names(a), ['a', 'b'])
  }
  for (const peers of [a, b]) peers.stop()
})
