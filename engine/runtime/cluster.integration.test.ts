import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { encodeSpread, roomChannel } from '../cluster/spread-frame.ts'
import { SealedBus } from '../cluster/sealed-bus.ts'
import { roomData } from '../wire/colyseus.ts'
import type { RawClient } from './testing/raw-client.ts'
import { startCluster, type TestCluster } from './testing/start-cluster.ts'
import { eventually, user } from './testing/start-engine.ts'

const room = 'live_a'

function rule(title: string, body: (t: TestContext) => Promise<void>): void {
  void test(title, { timeout: 60_000 }, body)
}

async function start(
  t: TestContext,
  count: number,
  options?: Parameters<typeof startCluster>[1],
): Promise<TestCluster> {
  const cluster = await startCluster(count, options)
  t.after(() => cluster.stop())
  return cluster
}

const notes = (client: RawClient): string[] =>
  client.events('m').map(([, data]: any) => data.text as string)

rule('[CL10] viewers of two nodes see the same events in one order', async (t) => {
  const { nodes } = await start(t, 2)
  const [a, b] = [await nodes[0]!.join(room, user('ada')), await nodes[1]!.join(room, user('bob'))]
  await Promise.all([a.welcome(), b.welcome()])
  assert.deepEqual(
    nodes.map(({ local }) => local.holds(room)),
    [true, false],
  )
  const texts = Array.from({ length: 20 }, (_, index) => `note ${index}`)
  await Promise.all(texts.map((text, index) => [a, b][index % 2]!.ask('chat.note', { text })))
  await b.ask('chat.say', { text: 'a line' })
  await Promise.all(
    [a, b].map((client) =>
      client.until(() => client.events('m').length === 20 && client.events('s').length === 1),
    ),
  )
  assert.deepEqual(a.events('m'), b.events('m'))
  assert.deepEqual(a.events('s'), b.events('s'))
  assert.deepEqual(
    b.all('m').map(([epoch]) => epoch),
    b.all('m').map(() => 1),
  )
  assert.deepEqual(notes(b).toSorted(), texts.toSorted())
})

rule("[CL11] a joiner of a relay gets the leader's view", async (t) => {
  const { nodes } = await start(t, 2)
  const a = await nodes[0]!.join(room)
  await a.welcome()
  await (await nodes[1]!.join(room, user('bob'))).welcome()
  await a.ask('chat.note', { text: 'one' })
  await a.ask('chat.like', { count: 7 })
  const [first, second] = await Promise.all(
    nodes.map(({ cluster }) => cluster.directory.actor(room)),
  )
  await eventually(() => first!.position.seq === second!.position.seq)
  await a.until(() => a.events('y').some(([type]) => type === 'chat.liked'))
  const look = () => Promise.all([first!, second!].map((actor) => actor.view(user('eve'))))
  const likes = ({ view }: Awaited<ReturnType<typeof look>>[number]): number =>
    (view['chat'] as { likes: number }).likes
  let views = await look()
  for (let tries = 0; tries < 500 && likes(views[1]!) < 7; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    views = await look()
  }
  assert.deepEqual(views[1], views[0])
})

rule('[CL12] a command reaches the leader from any node, and takes effect once', async (t) => {
  const { nodes } = await start(t, 3)
  await nodes[0]!.cluster.directory.actor(room)
  const first = await (await nodes[0]!.join(room)).welcome()
  assert.equal(first.epoch, 1)
  const key = uuidv7()
  const ask = (index: number, idOf?: string): Promise<unknown> =>
    nodes[index]!.cluster.directory.ask(room, 'chat.note', { text: 'hello' }, user('bob'), idOf)
  assert.deepEqual(await ask(1), { place: 1 })
  assert.deepEqual(await ask(2, key), { place: 2 })
  assert.deepEqual(await ask(1, key), { place: 2 }, 'the same id gets the same answer')
  assert.deepEqual(await ask(1), { place: 3 })
  await assert.rejects(
    nodes[2]!.cluster.directory.ask(room, 'chat.note', { text: '' }, user('bob')),
    { code: 'input.invalid' },
  )
  assert.ok(nodes[0]!.local.holds(room))
  assert.ok(!nodes[1]!.local.holds(room))
})

rule(
  '[CL13] when its leader hands a room over, viewers keep their sockets and miss nothing',
  async (t) => {
    const { nodes } = await start(t, 2)
    const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room, user('bob'))]
    await Promise.all([a.welcome(), b.welcome()])
    await a.ask('chat.note', { text: 'before' })
    await nodes[0]!.cluster.drain()
    await a.ask('chat.note', { text: 'from the former leader' })
    await b.ask('chat.note', { text: 'from the next' })
    await Promise.all([a, b].map((client) => client.until(() => notes(client).length === 3)))
    assert.deepEqual(notes(a), ['before', 'from the former leader', 'from the next'])
    assert.deepEqual(notes(b), notes(a))
    assert.deepEqual([a.closed, b.closed], [undefined, undefined])
    assert.deepEqual(
      nodes.map(({ local }) => local.holds(room)),
      [false, true],
    )
  },
)

rule(
  '[CL14] when a node dies another one leads its rooms, and relays keep their sockets',
  async (t) => {
    const { nodes } = await start(t, 3)
    const clients = [
      await nodes[0]!.join(room),
      await nodes[1]!.join(room, user('bob')),
      await nodes[2]!.join(room, user('eve')),
    ]
    await Promise.all(clients.map((client) => client.welcome()))
    await clients[1]!.ask('chat.note', { text: 'before' })
    nodes[0]!.crash()
    const [, b, c] = clients
    await Promise.all([b!.ask('chat.note', { text: 'one' }), c!.ask('chat.note', { text: 'two' })])
    await Promise.all([b!, c!].map((client) => client.until(() => notes(client).length === 3)))
    assert.deepEqual(b!.events('m'), c!.events('m'))
    assert.equal(notes(b!)[0], 'before')
    assert.deepEqual([b!.closed, c!.closed], [undefined, undefined])
    assert.equal(nodes.slice(1).filter(({ local }) => local.holds(room)).length, 1)
    // The former leader comes back to the bus; what it still believes reaches nobody.
    nodes[0]!.bus.cut = false
    const late = nodes[0]!.local.ask(room, 'chat.note', { text: 'late' }, user('ada'))
    await assert.rejects(late, { code: 'room.elsewhere' })
  },
)

rule('[CL15] a relay that missed a frame notices and catches up', async (t) => {
  const { nodes } = await start(t, 2)
  const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room, user('bob'))]
  await Promise.all([a.welcome(), b.welcome()])
  await a.ask('chat.note', { text: 'one' })
  await b.until(() => notes(b).length === 1)
  let lost = 0
  nodes[1]!.bus.lose = (channel) => channel === roomChannel(room) && (lost += 1) === 1
  await a.ask('chat.note', { text: 'lost' })
  await eventually(() => lost === 1)
  await a.ask('chat.note', { text: 'three' })
  await b.until(() => notes(b).length === 3)
  assert.deepEqual(notes(b), ['one', 'lost', 'three'])
  assert.equal(b.closed, undefined)
  assert.equal(b.all('w').length, 1, 'without a new welcome')
})

rule('[CL16] frames that are repeated, old or forged change nothing', async (t) => {
  const { nodes, hub, secret } = await start(t, 2)
  const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room, user('bob'))]
  await Promise.all([a.welcome(), b.welcome()])
  await a.ask('chat.note', { text: 'one' })
  await b.until(() => notes(b).length === 1)
  const note = (text: string): any[] => ['chat.noted', { user: 'u_x', text }, 1]
  const frame = (epoch: number, count: number, seq: number, text: string): Uint8Array =>
    encodeSpread({ epoch, count, kind: 'must', frame: roomData('m', [epoch, seq, [note(text)]]) })
  const stranger = new SealedBus(hub.connect(), randomBytes(32), randomUUID())
  const peer = new SealedBus(hub.connect(), secret, randomUUID())
  stranger.publish(roomChannel(room), frame(1, 2, 2, 'forged'))
  peer.publish(roomChannel(room), frame(1, 1, 2, 'repeated'))
  peer.publish(roomChannel(room), frame(0, 9, 2, 'old epoch'))
  await a.ask('chat.note', { text: 'two' })
  await b.until(() => notes(b).length === 2)
  assert.deepEqual(notes(b), ['one', 'two'])
  assert.ok(nodes[1]!.bus.stats.forged >= 1)
})

rule('[CL50] a node that speaks for a room which it does not lead changes nothing', async (t) => {
  const { nodes, hub, secret } = await start(t, 3)
  const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room, user('bob'))]
  await Promise.all([a.welcome(), b.welcome()])
  await a.ask('chat.note', { text: 'one' })
  await b.until(() => notes(b).length === 1)
  const liar = new SealedBus(hub.connect(), secret, randomUUID())
  const lie = (epoch: number, count: number, seq: number): void => {
    const events = [['chat.noted', { user: 'u_x', text: 'a lie' }, 1]]
    const frame = roomData('m', [epoch, seq, events])
    liar.publish(roomChannel(room), encodeSpread({ epoch, count, kind: 'must', frame }))
  }
  // The frame that is expected next, one behind a hole, one far ahead, and an end.
  for (const [count, seq] of [
    [2, 2],
    [3, 9],
    [4_000_000_000, 2],
  ] as const)
    lie(1, count, seq)
  liar.publish(
    roomChannel(room),
    encodeSpread({ epoch: 1, count: 2, kind: 'ended', frame: new Uint8Array() }),
  )
  await a.ask('chat.note', { text: 'two' })
  await b.until(() => notes(b).length === 2)
  // As the next leader: the relay asks the journal who leads, and is told the truth.
  lie(7, 1, 3)
  await b.ask('chat.note', { text: 'three' })
  await b.until(() => notes(b).length === 3)
  assert.deepEqual(notes(b), ['one', 'two', 'three'])
  assert.equal(b.all('w').length, 1, 'the viewer noticed nothing')
  assert.deepEqual(a.events('m'), b.events('m'))
})

rule(
  '[CL51] a relay that lies about its room or its viewers is told to start anew, or not believed',
  async (t) => {
    const { nodes } = await start(t, 2)
    const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room, user('bob'))]
    await Promise.all([a.welcome(), b.welcome()])
    const { followers } = nodes[0]!.cluster
    const has = { sockets: 1, count: Infinity }
    assert.equal(followers.keep(room, 2, 'n1', has), false, 'an epoch that never was')
    assert.equal(
      followers.keep('live_other', 1, 'n1', has),
      false,
      'a room that it does not follow',
    )
    assert.equal(followers.keep(room, 1, 'n9', has), false, 'a node that does not follow')
    for (const sockets of [-5, NaN, 1.5, Infinity, 2 ** 60, '9' as unknown as number]) {
      assert.equal(followers.keep(room, 1, 'n1', { ...has, sockets }), true)
      assert.equal(followers.of(room).get('n1'), 0, String(sockets))
    }
  },
)

rule(
  '[CL17] a relay that nobody needs is closed, and a leader keeps its instance for relays',
  async (t) => {
    const { nodes } = await start(t, 2, { settings: { idleMs: 2_500 } })
    const a = await nodes[0]!.join(room)
    await a.welcome()
    const b = await nodes[1]!.join(room, user('bob'))
    await b.welcome()
    a.socket.close()
    await eventually(() => nodes[0]!.engine.audience(room) === 0)
    const other = await nodes[0]!.join('live_other')
    await other.welcome()
    other.socket.close()
    // One that has been empty for a shorter time is closed by now.
    await eventually(() => nodes[0]!.engine.audience('live_other') === 0)
    await eventually(() => nodes[0]!.engine.metrics().instances === 1)
    await nodes[0]!.cluster.directory.ask(room, 'chat.note', { text: 'still' }, user('ada'))
    await b.until(() => notes(b).length === 1)
    assert.equal(nodes[0]!.engine.metrics().instances, 1)
    b.socket.close()
    await eventually(() => nodes[1]!.engine.metrics().instances === 0)
  },
)

rule(
  '[CL18] seats go to the node that was asked until its instance is full, then to others',
  async (t) => {
    const { nodes } = await start(t, 3, { roomAudience: 2 })
    const clients = []
    for (let index = 0; index < 6; index += 1) {
      const client = await nodes[0]!.join(room, user(`u${index}`))
      await client.welcome()
      clients.push(client)
    }
    const audiences = (): number[] => nodes.map(({ engine }) => engine.audience(room))
    assert.equal(audiences()[0], 2)
    assert.equal(
      audiences().reduce((sum, count) => sum + count, 0),
      6,
    )
    await nodes[0]!.cluster.drain()
    await eventually(() => nodes.slice(1).some(({ local }) => local.holds(room)))
    const later = await nodes[0]!.join(room, user('late'))
    await later.welcome()
    assert.equal(audiences()[0], 2, 'a draining node gives out seats on others')
  },
)

rule('[CL19] signing out closes sockets on every node', async (t) => {
  const { nodes } = await start(t, 2)
  const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room)]
  await Promise.all([a.welcome(), b.welcome()])
  nodes[0]!.cluster.expel({ user: 'u_ada' })
  assert.deepEqual(
    (await Promise.all([a.close(), b.close()])).map(({ code }) => code),
    [4300, 4300],
  )
})

rule(
  '[CL29] a node that is cut off keeps its sockets, and catches up when it hears the others again',
  async (t) => {
    const { nodes } = await start(t, 2)
    const [a, b] = [await nodes[0]!.join(room), await nodes[1]!.join(room, user('bob'))]
    await Promise.all([a.welcome(), b.welcome()])
    await a.ask('chat.note', { text: 'one' })
    nodes[1]!.bus.cut = true
    await eventually(() => nodes[1]!.cluster.peers.list().length === 1)
    await a.ask('chat.note', { text: 'two' })
    const waiting = b.ask('chat.note', { text: 'from the island' })
    nodes[1]!.bus.cut = false
    assert.equal((await waiting)[1], 'ok')
    await Promise.all([a, b].map((client) => client.until(() => notes(client).length === 3)))
    assert.deepEqual(notes(b), ['one', 'two', 'from the island'])
    assert.deepEqual(a.events('m'), b.events('m'))
    assert.equal(b.closed, undefined)
    assert.equal(b.all('w').length, 1)
    assert.ok(nodes[0]!.local.holds(room), 'the leader stayed')
  },
)
