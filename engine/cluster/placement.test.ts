import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Peer } from './peers.ts'
import { Placement, type PlacementOptions } from './placement.ts'

const room = 'live_a'

function peer(node: string, more: Partial<Peer> = {}): Peer {
  const idle = { incarnation: node, sockets: 0, rooms: 0, load: 0, draining: false }
  return { node, address: `${node}.example`, ...idle, ...more }
}

/** Of node `a`, which leads the room unless told otherwise. */
function placement(options: Partial<PlacementOptions> & { sockets?: Record<string, number> }) {
  const { a = 0, ...others } = options.sockets ?? {}
  return new Placement({
    node: 'a',
    limit: 10,
    now: () => 0,
    peers: () => [peer('a'), peer('b'), peer('c')],
    audience: () => a,
    followers: () => new Map(Object.entries(others)),
    leaderOf: () => 'a',
    askLeader: () => Promise.reject(new Error('nobody is asked')),
    ...options,
  })
}

test('[CL26] seats stay on the asked node while it has room', async () => {
  assert.equal(await placement({ sockets: { a: 9 } }).place(room), 'a')
})

test('[CL26] then the emptiest instance with room takes them', async () => {
  const sockets = { a: 10, b: 7, c: 3 }
  assert.equal(await placement({ sockets }).place(room), 'c')
})

test('[CL26] then the least loaded node without an instance', async () => {
  const peers = () => [peer('a'), peer('b'), peer('c', { load: 0.9 }), peer('d', { load: 0.2 })]
  assert.equal(await placement({ sockets: { a: 10, b: 10 }, peers }).place(room), 'd')
})

test('[CL26] nodes that drain or have no address take no seats of others', async () => {
  const peers = () => [peer('a'), peer('b', { draining: true }), peer('c', { address: undefined })]
  assert.equal(await placement({ sockets: { a: 10, b: 1 }, peers }).place(room), 'a')
})

test('[CL26] with no other node there is no limit', async () => {
  assert.equal(await placement({ sockets: { a: 99 }, peers: () => [peer('a')] }).place(room), 'a')
})

test('[CL26] a draining node gives out seats on others, also while the leader is moving', async () => {
  const peers = () => [peer('a', { draining: true }), peer('b', { load: 0.5 }), peer('c')]
  const moving = { leaderOf: () => 'b', askLeader: () => Promise.reject(new Error('moving')) }
  assert.equal(await placement({ peers, ...moving }).place(room), 'c')
})

test('[CL60] where all others are full a draining node gives out seats on the least loaded of them', async () => {
  let draining = false
  const one = placement({
    sockets: { a: 10 },
    peers: () => [peer('a', { draining }), peer('b', { load: 0.5 }), peer('c')],
    leaderOf: () => 'b',
    askLeader: async () => undefined,
  })
  assert.equal(await one.place(room), 'a')
  draining = true
  assert.equal(await one.place(room), 'c', 'whatever the leader said before')
})

test('[CL60] a choice of a leader that has not heard of a drain is not followed', async () => {
  const peers = () => [peer('a', { draining: true }), peer('b', { draining: true }), peer('c')]
  for (const choice of ['a', 'b']) {
    const late = { leaderOf: () => 'c', askLeader: async () => choice }
    assert.equal(await placement({ peers, ...late }).place(room), 'c')
  }
})

test('[CL60] where no other node takes seats of others a draining one gives out its own', async () => {
  const full = { leaderOf: () => 'b', askLeader: async () => undefined }
  const peers = () => [peer('a', { draining: true }), peer('b', { address: undefined })]
  assert.equal(await placement({ peers, ...full }).place(room), 'a')
})

test('[CL26] seats that are not taken yet count', async () => {
  const one = placement({ limit: 3, sockets: { a: 1 } })
  const places = []
  for (let seat = 0; seat < 4; seat += 1) places.push(await one.place(room))
  assert.deepEqual(places, ['a', 'a', 'b', 'b'])
})

test('[CL27] a storm of seats asks the leader once a second', async () => {
  let asked = 0
  let now = 0
  const one = placement({
    sockets: { a: 10 },
    now: () => now,
    leaderOf: () => 'b',
    askLeader: async () => {
      asked += 1
      return 'c'
    },
  })
  const places = await Promise.all(Array.from({ length: 500 }, () => one.place(room)))
  assert.deepEqual([...new Set(places)], ['c'])
  assert.equal(asked, 1)
  now = 1_000
  await one.place(room)
  assert.equal(asked, 2)
})
