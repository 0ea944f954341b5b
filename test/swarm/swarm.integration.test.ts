import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import { systemAsker } from '../../engine/kernel/context.ts'
import { startEngine, user, type TestNode } from '../../engine/runtime/testing/start-engine.ts'
import { protocol, roomData, signal } from '../../engine/wire/colyseus.ts'
import type { Counts } from '../../loadtest/swarm/counts.ts'
import { Swarm, type SwarmOptions } from '../../loadtest/swarm/swarm.ts'

const room = 'live_1'
const plenty = { perSecond: 1e6, burst: 1e6 }

async function stage(t: TestContext, options: SwarmOptions = {}) {
  const node = await startEngine('uws', {
    transport: { limits: { messageRate: plenty } },
    settings: { rates: { chat: plenty, gift: plenty, like: plenty } as never },
  })
  const swarm = await Swarm.start(options)
  t.after(async () => {
    await swarm.stop()
    await node.stop()
  })
  return { node, swarm, seats: seatsOf(node) }
}

const seatsOf = (node: TestNode) => (sockets: readonly number[]) =>
  Promise.all(sockets.map(async (n) => node.url(await node.seat(room, user(`v${n}`)))))

async function until(swarm: Swarm, holds: (counts: Counts) => boolean): Promise<Counts> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const counts = await swarm.counts()
    if (holds(counts)) return counts
    if (performance.now() > deadline)
      assert.fail(`never: ${holds}\n${JSON.stringify({ ...counts, delays: undefined })}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

for (const as of ['thread', 'process'] as const) {
  test(`[SW4] a swarm as ${as} counts exactly what the server sent`, async (t) => {
    const { node, swarm, seats } = await stage(t, { workers: 2, as })
    const group = await swarm.join({ room, count: 301, seats })
    const witnesses = await swarm.join({ room, count: 2, seats, witness: true })
    assert.deepEqual([group.failed, witnesses.failed], [0, 0])
    for (let n = 0; n < 40; n += 1)
      await node.directory.ask(room, 'chat.note', { text: `note ${n}` }, user('writer'))
    for (let n = 0; n < 10; n += 1)
      await node.directory.ask(room, 'chat.say', { text: `line ${n}` }, user('writer'))
    const all = 303
    const counts = await until(
      swarm,
      ({ events }) => events['chat.noted'] === 40 * all && events['chat.said'] === 10 * all,
    )
    const { figures, delays, closes } = counts
    assert.equal(figures.open, all)
    assert.equal(figures.joins, all)
    assert.equal(figures.numbered, 40 * all)
    assert.equal(delays.must.count, 40 * all)
    assert.equal(delays.should.count, 10 * all)
    assert.deepEqual([figures.gaps, figures.repeated, figures.stale, figures.shed], [0, 0, 0, 0])
    assert.deepEqual(closes, {})
    assert.equal((await swarm.counts(witnesses)).events['chat.noted'], 40 * 2)
    for (const { frames } of await swarm.witnesses()) {
      assert.equal(frames[0]!.lane, 'welcome')
      const notes = frames.flatMap((frame) => (frame.lane === 'must' ? frame.events : []))
      assert.deepEqual(
        notes.map(([, data]) => (data as { text: string }).text),
        Array.from({ length: 40 }, (_, n) => `note ${n}`),
      )
    }
  })
}

test('[SW5] a numbered event that is left out, or comes twice, is noticed at each socket', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const event = ['x', {}, Date.now()] as const
  server.on('connection', (socket) => {
    socket.send(Uint8Array.of(protocol.joinRoom, 1, 97))
    socket.once('message', (data: Buffer) => {
      assert.deepEqual(new Uint8Array(data), signal(protocol.joinRoom))
      const welcome = { v: 1, room, epoch: 3, seq: 7, now: Date.now(), recovered: false }
      socket.send(roomData('w', welcome))
      socket.send(roomData('m', [3, 8, [event, event]]))
      socket.send(roomData('m', [3, 12, [event]])) // 10 and 11 are missing
      socket.send(roomData('m', [3, 12, [event, event]])) // 12 again
      socket.send(roomData('m', [2, 14, [event]])) // of an epoch that is over
      socket.send(roomData('s', [3, [event], 5]))
    })
  })
  const swarm = await Swarm.start()
  t.after(async () => {
    await swarm.stop()
    server.close()
  })
  const seats = async (sockets: readonly number[]) =>
    sockets.map(() => `ws://127.0.0.1:${port}/p/r?sessionId=x`)
  await swarm.join({ room, count: 10, seats })
  const { figures } = await until(swarm, ({ figures: { shed } }) => shed === 50)
  assert.deepEqual(
    [figures.numbered, figures.gaps, figures.missing, figures.repeated, figures.stale],
    [40, 10, 20, 10, 10],
  )
})

test('[SW6] closes are counted by code, and who may not come is failed', async (t) => {
  const { node, swarm, seats } = await stage(t)
  await swarm.join({ room, count: 20, seats })
  node.engine.expel({ user: 'u_v3' }, 4300, 'over')
  await until(swarm, ({ closes }) => closes[4300] === 1)
  const used = node.url(await node.seat(room))
  const late = await swarm.join({ room, count: 3, seats: async () => [used, used] })
  assert.equal(late.failed, 2)
  const { closes, failures, figures } = await swarm.counts(late)
  assert.deepEqual([closes, figures.open], [{ 4301: 1 }, 1])
  assert.deepEqual(failures, { 'no seat from the driver': 1 })
})

test('[SW7] who is cut off comes back, misses nothing, and asks again under the same id', async (t) => {
  const { node, swarm, seats } = await stage(t, { workers: 2 })
  const group = await swarm.join({ room, count: 48, seats, reconnect: true })
  const load = { group, name: 'chat.note', input: { text: 'no. {n}' }, perSecond: 400 }
  const loaded = swarm.load({ ...load, forMs: 1_000 })
  await until(swarm, ({ figures }) => figures.acked > 20)
  swarm.drop(group, 0.5)
  await loaded
  const { figures, closes, delays } = await until(swarm, (counts) => {
    const { open, pending, sent } = counts.figures
    return open === 48 && pending === 0 && sent === 400
  })
  assert.deepEqual(closes, { 1006: 24 })
  assert.deepEqual([figures.returns, figures.recovered, figures.gaps], [24, 24, 0])
  assert.deepEqual([figures.acked, delays.ack.count], [400, 400])
  const commands = await swarm.commands(group)
  assert.equal(new Set(commands.map(({ id }) => id)).size, 400)
  const { view } = await (await node.directory.actor(room)).view(systemAsker)
  assert.equal((view['chat'] as { notes: string[] }).notes.length, 400)
})

test('[SW8] seats are asked for over HTTP, at the next server where one fails', async (t) => {
  const node = await startEngine('uws', {
    http: async (request) => {
      assert.equal(new URL(request.url).pathname, `/api/rooms/${room}/seat`)
      const who = request.headers.get('authorization') ?? 'nobody'
      return Response.json({ socketUrl: node.url(await node.seat(room, user(who.slice(7)))) })
    },
  })
  const swarm = await Swarm.start()
  t.after(async () => {
    await swarm.stop()
    await node.stop()
  })
  const endpoints = ['http://127.0.0.1:1', `http://127.0.0.1:${node.port}`]
  const seats = { endpoints, tokens: ['ada', 'bob'] }
  const { failed } = await swarm.join({ room, count: 20, seats, reconnect: true })
  assert.equal(failed, 0)
  const { figures, failures } = await swarm.counts()
  assert.equal(figures.open, 20)
  assert.ok(Object.keys(failures).some((text) => text.includes('ECONNREFUSED')))
})

test('[SW9] a mark tells when each socket got the first numbered event of a later epoch, and its longest pause', async (t) => {
  const { node, swarm, seats } = await stage(t)
  const group = await swarm.join({ room, count: 30, seats, reconnect: true })
  const { epoch } = (await node.directory.actor(room)).position
  await node.directory.ask(room, 'chat.note', { text: 'before' }, user('writer'))
  await until(swarm, ({ figures }) => figures.numbered === 30)
  swarm.mark(epoch)
  await node.directory.ask(room, 'chat.note', { text: 'of this epoch' }, user('writer'))
  await until(swarm, ({ figures }) => figures.numbered === 60)
  assert.equal((await swarm.counts()).delays.mark.count, 0)
  const marked = performance.now()
  swarm.mark(epoch - 1, Date.now() - 60_000)
  swarm.drop(group, 0.2)
  await until(swarm, ({ figures }) => figures.returns === 6 && figures.open === 30)
  await node.directory.ask(room, 'chat.note', { text: 'after' }, user('writer'))
  const { delays } = await until(
    swarm,
    ({ delays: { mark, back } }) => mark.count + back.count === 30,
  )
  assert.deepEqual([delays.mark.count, delays.back.count], [24, 6])
  assert.ok(delays.mark.percentile(0.01) >= 60_000)
  const passed = performance.now() - marked
  assert.equal(delays.pause.count, 30)
  assert.ok(delays.pause.percentile(1) < passed + 30_000, 'what was before the mark does not count')
})
