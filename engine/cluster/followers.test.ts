import { test } from 'node:test'
import assert from 'node:assert/strict'
import { newBusStats, type Bus } from './bus.ts'
import { Followers } from './followers.ts'

function rig() {
  const bus: Bus = {
    publish: () => undefined,
    subscribe: async () => () => undefined,
    onGap: () => () => undefined,
    stats: newBusStats(),
    close: async () => undefined,
  }
  const followers = new Followers(bus, () => 0)
  const send = (): void => followers.send('live_x', 1, 'must', new Uint8Array())
  const keep = (count: number): boolean => followers.keep('live_x', 1, 'n2', { sockets: 3, count })
  return { followers, send, keep }
}

test('[CL15] a relay that misses the last frame before a silence starts anew', () => {
  const { followers, send, keep } = rig()
  assert.equal(followers.add('live_x', 1, 'n2'), 0)
  send()
  assert.equal(keep(1), true)
  send() // lost on its way
  assert.equal(keep(1), true, 'it may be under way')
  assert.equal(keep(1), false)
})

test('[CL15] a relay that keeps up is never told to start anew, however fast frames come', () => {
  const { followers, send, keep } = rig()
  followers.add('live_x', 1, 'n2')
  for (let count = 0; count < 50; count += 5) {
    assert.equal(keep(count), true)
    for (let sent = 0; sent < 5; sent += 1) send()
  }
})

test('[CL51] what is no number of frames or sockets changes nothing', () => {
  const { followers, send } = rig()
  followers.add('live_x', 1, 'n2')
  send()
  const keep = (sockets: unknown, count: unknown): boolean =>
    followers.keep('live_x', 1, 'n2', { sockets, count } as { sockets: number; count: number })
  assert.equal(keep(-1, 1), true)
  assert.deepEqual(followers.of('live_x'), new Map([['n2', 0]]))
  assert.equal(keep(1, 'x'), false, 'it has nothing that it could name')
})
