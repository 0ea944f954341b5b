import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { eventually } from '../../engine/runtime/testing/start-engine.ts'
import { nodesContract } from './nodes.contract.ts'
import { startMemoryNodes } from './testing/memory-nodes.ts'

nodesContract('one', 1)
nodesContract('three', 3)

const mia = { id: 'u_mia', name: 'Mia', roles: ['user'] }
const key = 'live_a'

async function three(t: TestContext) {
  const { all, leases, stop } = await startMemoryNodes(3)
  t.after(stop)
  const [a, b, c] = all
  return { a: a!, b: b!, c: c!, leases }
}

test('[IN17] a node that does not answer is named, and what the others know is told', async (t) => {
  const { a, b, c, leases } = await three(t)
  await b.local.actor('live_b')
  await c.local.actor('live_c')
  leases.set('n9', -5_000)
  c.bus.cut = true
  const rooms = await a.nodes.rooms({ sort: 'key', limit: 9 })
  assert.deepEqual([rooms.nodes, rooms.missing], [['n0', 'n1'], ['n2']])
  assert.deepEqual(
    rooms.rows.map((row) => row.key),
    ['live_b'],
  )
  await assert.rejects(a.nodes.room('live_c'), { code: 'node.silent', data: { nodes: ['n2'] } })
  await eventually(() => a.cluster!.peers.list().length === 2)
  const rows = await a.nodes.list()
  assert.deepEqual(
    rows.map(({ id, silent, leaseMs }) => [id, silent, leaseMs]),
    [
      ['n0', false, 3_000],
      ['n1', false, 3_000],
      ['n2', true, 3_000],
      ['n9', true, -5_000],
    ],
  )
})

test('[IN18] a drain moves a node’s rooms away and can be ended; the last node cannot be drained', async (t) => {
  const { a, b, c } = await three(t)
  await b.local.actor(key)
  await b.directory.ask(key, 'counter.add', { by: 1 }, mia)
  await a.nodes.manage('n1', 'drain')
  await eventually(() => !b.local.holds(key))
  await eventually(() => a.cluster!.peers.get('n1')?.draining === true)
  const state = async () =>
    (await a.nodes.list()).map((row) => [row.id, row.silent || row.draining])
  assert.deepEqual(await state(), [
    ['n0', false],
    ['n1', true],
    ['n2', false],
  ])
  await b.directory.ask(key, 'counter.add', { by: 1 }, mia)
  assert.ok(a.local.holds(key) || c.local.holds(key))
  await a.nodes.manage('n2', 'drain')
  await eventually(() => a.cluster!.peers.get('n2')?.draining === true)
  await assert.rejects(a.nodes.manage('n0', 'drain'), { code: 'node.last' })
  assert.ok(!a.cluster!.draining)
  await c.nodes.manage('n1', 'resume')
  await eventually(() => a.cluster!.peers.get('n1')?.draining === false)
  await b.local.actor('live_new')
})

test('[IN18] one node alone has nobody to give its rooms to', async (t) => {
  const { all, stop } = await startMemoryNodes(1)
  t.after(stop)
  await all[0]!.local.actor(key)
  await assert.rejects(all[0]!.nodes.manage('n0', 'drain'), { code: 'node.last' })
  const { actions } = await all[0]!.nodes.room(key)
  assert.deepEqual(actions, ['close'])
})

test('[IN19] a room is handed over to the named node, from any node; where it cannot go it stays', async (t) => {
  const { a, b, c } = await three(t)
  await b.local.actor(key)
  const give = (node: string) => a.nodes.act(key, 'handover', { node }, mia)
  assert.deepEqual((await a.nodes.room(key)).actions, ['close', 'handover'])
  await give('n2')
  assert.deepEqual([b.local.holds(key), c.local.holds(key)], [false, true])
  assert.equal((await a.nodes.room(key)).node, 'n2')
  await assert.rejects(give('n2'), { code: 'room.there' })
  await b.nodes.manage('n1', 'drain')
  await eventually(() => c.cluster!.peers.get('n1')?.draining === true)
  await assert.rejects(give('n1'), { code: 'node.draining' })
  assert.ok(c.local.holds(key))
})

test('[IN20] a room’s relays are told with their sockets and how far they are behind', async (t) => {
  const { a, b, c } = await three(t)
  await c.local.actor(key)
  const member = (name: string, since: number) => ({
    socket: `s_${name}`,
    user: `u_${name}`,
    name,
    roles: ['user'],
    since,
  })
  b.members.set(key, [member('bob', 2)])
  c.members.set(key, [member('cid', 1), member('cat', 3)])
  await b.cluster!.directory.actor(key)
  await c.directory.ask(key, 'counter.add', { by: 1 }, mia)
  const room = await a.nodes.room(key)
  // Nothing is sent to relays here: there is no instance that would.
  assert.deepEqual(room.relayedBy, [{ node: 'n1', sockets: 1, behind: 1 }])
  assert.deepEqual([room.node, room.nodes], ['n2', ['n2', 'n1']])
  assert.equal(room.clients.total, 3)
  assert.deepEqual(
    room.clients.items.map(({ node, name }) => [node, name]),
    [
      ['n2', 'cat'],
      ['n1', 'bob'],
      ['n2', 'cid'],
    ],
  )
  const squares = (await a.nodes.list()).flatMap((node) =>
    node.silent ? [] : node.largest.map((square) => [node.id, square.key, square.leader]),
  )
  assert.deepEqual(squares, [
    ['n1', key, false],
    ['n2', key, true],
  ])
  const [row] = (await a.nodes.rooms({ sort: 'key', limit: 1 })).rows
  assert.equal(row?.relays, 1)
  b.bus.cut = true
  assert.deepEqual(
    (await a.nodes.room(key)).relayedBy.map(({ behind }) => behind),
    [undefined],
  )
})
