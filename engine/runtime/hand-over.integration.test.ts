import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import type { RawClient } from './testing/raw-client.ts'
import { startCluster, type TestCluster } from './testing/start-cluster.ts'
import { eventually, user } from './testing/start-engine.ts'

const room = 'live_a'

async function start(t: TestContext, count: number): Promise<TestCluster['nodes']> {
  const cluster = await startCluster(count)
  t.after(() => cluster.stop())
  return cluster.nodes
}

const notes = (client: RawClient): string[] =>
  client.events('m').map(([, data]: any) => data.text as string)

/** The journal in memory forgets what a snapshot holds: who was behind gets a view instead of events. */
function known(client: RawClient): string[] {
  const { seq, view } = client.all('w').at(-1)!
  const later = client.all('m').filter(([, firstSeq]) => firstSeq > seq)
  const texts = later.flatMap(([, , events]) => events.map(([, data]: any) => data.text as string))
  return [...(view!['chat'] as { notes: string[] }).notes, ...texts]
}

test(
  '[CL40] a room that is handed over is led by the named node and by no other, and every socket stays',
  { timeout: 60_000 },
  async (t) => {
    const nodes = await start(t, 3)
    const clients: RawClient[] = []
    for (const [index, node] of nodes.entries())
      clients.push(await node.join(room, user(`u${index}`)))
    await Promise.all(clients.map((client) => client.welcome()))
    const said: string[] = []
    let from = 0
    for (const to of [2, 1, 0, 1]) {
      const texts = clients.map((_, index) => `${from} ${to} ${index}`)
      said.push(...texts)
      const asked = clients.map((client, index) => client.ask('chat.note', { text: texts[index] }))
      await nodes[from]!.cluster.handOver(room, nodes[to]!.name)
      assert.deepEqual(
        (await Promise.all(asked)).map(([, answer]) => answer),
        ['ok', 'ok', 'ok'],
      )
      assert.deepEqual(
        nodes.map(({ local }) => local.holds(room)),
        nodes.map((_, index) => index === to),
      )
      from = to
    }
    await Promise.all(
      clients.map((client) => client.until(() => known(client).length === said.length)),
    )
    assert.deepEqual(known(clients[0]!).toSorted(), said.toSorted())
    for (const client of clients) assert.deepEqual(known(client), known(clients[0]!))
    assert.deepEqual(
      clients.map(({ closed }) => closed),
      [undefined, undefined, undefined],
    )
    assert.deepEqual(
      nodes.map(({ cluster }) => cluster.handedOver),
      [2, 1, 1],
    )
  },
)

test(
  '[CL41] what may not lead a room is not given it, and the room stays where it is',
  { timeout: 60_000 },
  async (t) => {
    const nodes = await start(t, 3)
    const [a, b, c] = nodes.map(({ cluster }) => cluster)
    await a!.directory.actor(room)
    await c!.drain()
    await assert.rejects(a!.handOver(room, 'n2'), { code: 'draining' })
    await assert.rejects(a!.handOver(room, 'n0'), { code: 'room.elsewhere' })
    await assert.rejects(b!.handOver(room, 'n0'), { code: 'room.elsewhere' })
    nodes[1]!.bus.cut = true
    await assert.rejects(a!.handOver(room, 'n1'), { code: 'node.silent' })
    nodes[1]!.bus.cut = false
    assert.deepEqual(
      nodes.map(({ local }) => local.holds(room)),
      [true, false, false],
    )
    assert.equal((await a!.directory.actor(room)).epoch, 1)
  },
)

test(
  '[CL42] a drained node leads nothing and keeps its sockets, until it is to take rooms again',
  { timeout: 60_000 },
  async (t) => {
    const nodes = await start(t, 2)
    const [first, second] = nodes
    const [a, b] = [await first!.join(room), await second!.join(room, user('bob'))]
    await Promise.all([a.welcome(), b.welcome()])
    await first!.cluster.drain()
    assert.equal(first!.cluster.handedOver, 1)
    await a.ask('chat.note', { text: 'over the relay' })
    assert.deepEqual(
      nodes.map(({ local }) => local.holds(room)),
      [false, true],
    )
    await first!.cluster.directory.ask('live_new', 'chat.note', { text: 'x' }, user('ada'))
    assert.ok(second!.local.holds('live_new'))
    await eventually(() => second!.cluster.peers.get('n0')?.draining === true)

    first!.cluster.resume()
    await eventually(() => second!.cluster.peers.get('n0')?.draining === false)
    await first!.cluster.directory.ask('live_third', 'chat.note', { text: 'x' }, user('ada'))
    assert.ok(first!.local.holds('live_third'))
    await second!.cluster.handOver(room, 'n0')
    assert.ok(first!.local.holds(room))
    await a.ask('chat.note', { text: 'back' })
    await b.until(() => notes(b).length === 2)
    assert.deepEqual([a.closed, b.closed], [undefined, undefined])
  },
)

test(
  '[IN15] who watches unseen sees all, is not counted or announced, and is not heard',
  { timeout: 60_000 },
  async (t) => {
    const [first, second] = await start(t, 2)
    const ada = await first!.join(room, user('ada'))
    await ada.welcome()
    for (const node of [first!, second!]) {
      const spy = await node.join(room, user('spy', ['unseen']))
      assert.deepEqual((await spy.welcome()).you.can, ['watch'])
      await ada.ask('chat.note', { text: `to ${node.name}` })
      await spy.until(() => notes(spy).includes(`to ${node.name}`))
      for (const [name, input] of [
        ['chat.note', { text: 'from the dark' }],
        ['chat.say', { text: 'from the dark' }],
        ['chat.like', { count: 1 }],
      ] as const)
        assert.equal((await spy.ask(name, input))[1], 'unseen')
      spy.socket.close()
    }
    const bob = await second!.join(room, user('bob'))
    await bob.welcome()
    const changes = (): any[] => ada.events('y').filter(([type]) => type === 'audience.changed')
    const arrivals = (): number => changes().reduce((sum, [, data]) => sum + data.joinedCount, 0)
    await ada.until(() => arrivals() === 2)
    const told = JSON.stringify([ada.events('m'), ada.events('s'), ada.events('y')])
    assert.doesNotMatch(told, /spy|dark/)
    assert.ok(
      changes().every(([, data]) => data.count <= 1),
      'each instance has one or none',
    )
  },
)
