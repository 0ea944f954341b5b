import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Danmaku } from './types.ts'
import { idTime } from '../engine/wire/command-id.ts'
import { createClient } from './create-client.ts'
import { isReject } from './reject-error.ts'
import { FakeRoom } from './testing/fake-room.ts'
import { fakePlatform, problem } from './testing/fake-platform.ts'
import { joinedRoom } from './testing/joined-room.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

const line = (id: string, user = 'u_other', text = 'hi'): Danmaku => ({
  id,
  user: { id: user, name: user },
  text,
  color: '#ffffff',
  mode: 'scroll',
  mentions: [],
  at: 0,
})
const sent = (id: string, user?: string) => ['danmaku.sent', line(id, user), 1] as const

test('the joined room has the view of the welcome', async () => {
  const { room } = await joinedRoom()
  assert.equal(room.status, 'online')
  assert.equal(room.view.live.title, 'Morning piano')
  assert.equal(room.view.audience.count, 3)
  assert.equal(room.you.id, 'u_me')
})

test('[SD21] danmaku come in at most ten batches a second, and none is lost', async () => {
  const { room, server, clock } = await joinedRoom()
  const batches: { at: number; ids: string[] }[] = []
  room.on('danmaku', (lines) => batches.push({ at: clock.now, ids: lines.map(({ id }) => id) }))
  for (let i = 0; i < 200; i++) {
    server.publish('s', [1, [sent(`l${i}`)], 0])
    await clock.advance(10)
  }
  await clock.advance(1_000)
  assert.deepEqual(
    batches.flatMap(({ ids }) => ids),
    Array.from({ length: 200 }, (_, i) => `l${i}`),
  )
  for (const [i, { at }] of batches.entries()) assert.ok(i === 0 || at - batches[i - 1]!.at >= 100)
})

for (const echoFirst of [true, false])
  test(`[SD22] the own line appears once, its ${echoFirst ? 'echo' : 'answer'} first`, async () => {
    const { room, server, clock } = await joinedRoom()
    const shown: string[] = []
    room.on('danmaku', (lines) => shown.push(...lines.map(({ id }) => id)))
    server.answer = ([id]) => {
      if (echoFirst) server.publish('s', [1, [sent(id, 'u_me')], 0])
      return line(id, 'u_me')
    }
    const outgoing = room.danmaku.send('666')
    assert.equal(outgoing.status, 'sending')
    await clock.advance(200)
    assert.equal((await outgoing.acked).id, outgoing.id)
    assert.equal(outgoing.status, 'sent')
    if (!echoFirst) server.publish('s', [1, [sent(outgoing.id, 'u_me'), sent('other')], 0])
    await clock.advance(200)
    assert.deepEqual(shown, echoFirst ? [outgoing.id] : [outgoing.id, 'other'])
    assert.equal(room.view.danmaku.recent.filter(({ id }) => id === outgoing.id).length, 1)
  })

test('[SD23] likes are sent as sums of at most 50, one command in 300 ms', async () => {
  const { room, server, clock } = await joinedRoom()
  const start = clock.now
  for (let i = 0; i < 60; i++) room.likes.add()
  room.likes.add(-1)
  room.likes.add(0.5)
  await clock.advance(299)
  assert.equal(server.received.length, 0)
  await clock.advance(1_000)
  assert.deepEqual(
    server.received.map(([, name, input]) => [name, input]),
    [
      ['like.add', { count: 50 }],
      ['like.add', { count: 10 }],
    ],
  )
  assert.ok(clock.now - start >= 600)
})

test('[SD24] select calls at once, then only when the selection changed', async () => {
  const { room, server, clock } = await joinedRoom()
  const likes: number[] = []
  const tops: unknown[] = []
  const before = room.view
  const stop = room.select(
    ({ like }) => like.count,
    (count) => likes.push(count),
  )
  room.select(
    ({ gift }) => [...gift.top],
    (top) => tops.push(top),
    (a, b) => a.length === b.length,
  )
  assert.deepEqual(likes, [7])
  server.publish('y', [1, [['audience.changed', { count: 9, joined: [], joinedCount: 0 }, 1]]])
  server.publish('y', [1, [['like.added', { count: 5 }, 1]]])
  await clock.advance(50)
  assert.deepEqual(likes, [7, 12])
  assert.equal(tops.length, 1)
  assert.notEqual(room.view, before)
  assert.equal(room.view.danmaku, before.danmaku)
  stop()
  server.publish('y', [1, [['like.added', { count: 5 }, 1]]])
  await clock.advance(50)
  assert.deepEqual(likes, [7, 12])
})

test('[SD25] command ids run on the clock of the server', async () => {
  const { room, server, clock, platform } = await joinedRoom()
  const wrong = 3_600_000
  platform.now = () => clock.now - wrong
  server.joined[0]!.cut()
  await clock.until(() => room.status === 'online')
  const time = idTime(room.newId())!
  assert.ok(Math.abs(time - clock.now) < 1_000)
  assert.ok(Math.abs(room.now() - clock.now) < 1_000)
})

test('[SD26] the rights of you follow promotion and demotion', async () => {
  const { room, server, clock } = await joinedRoom()
  server.commit(['member.promoted', { user: 'u_me', by: 'u_host' }])
  await clock.advance(50)
  assert.deepEqual(room.you.can, ['watch', 'chat', 'gift', 'moderate'])
  assert.equal(room.view.member.you.role, 'moderator')
  server.commit(
    ['member.promoted', { user: 'u_x', by: 'u_host' }],
    ['member.demoted', { user: 'u_me', by: 'u_host' }],
  )
  await clock.advance(50)
  assert.deepEqual(room.you.can, ['watch', 'chat', 'gift'])
})

test('[SD28] a listener that throws harms neither the others nor the room', async (t) => {
  const { room, server, clock } = await joinedRoom()
  const thrown: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => thrown.push(error))
  t.after(() => {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  })
  const seen: string[] = []
  room.on('event', () => {
    throw new Error('bug of the app')
  })
  room.on('event', ({ type }) => seen.push(type))
  server.commit(
    ['danmaku.slowed', { seconds: 5, by: 'u_host' }],
    ['live.paused', { status: 'paused' }],
  )
  await clock.advance(50)
  assert.deepEqual(seen, ['danmaku.slowed', 'live.paused'])
  assert.equal(room.view.live.status, 'paused')
  assert.equal(room.status, 'online')
  assert.equal(thrown.length, 2)
})

test('[SD20] leaving rejects what waits and stops every timer and listener', async () => {
  const { room, server, clock, closed } = await joinedRoom()
  server.answer = () => undefined
  const outgoing = room.danmaku.send('too late')
  const gift = room.gifts.send({ gift: 'flower' })
  gift.catch(() => {})
  room.likes.add()
  room.leave()
  await assert.rejects(outgoing.acked, (error) => isReject(error, 'closed'))
  await assert.rejects(gift, (error) => isReject(error, 'closed'))
  await assert.rejects(room.command('live.end', {}), (error) => isReject(error, 'closed'))
  assert.deepEqual(closed, [{ code: 4000, reason: 'left' }])
  await clock.advance(1_000)
  assert.equal(clock.pending, 0)
  assert.equal(server.network.open.length, 0)
})

test('[SD27] a join can be aborted and leaves nothing behind', async () => {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  const platform = fakePlatform({
    clock,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  const { live } = createClient({ endpoint: 'http://plaza', platform })
  const abort = new AbortController()
  const joining = live.join('r1', { signal: abort.signal })
  await clock.settle()
  abort.abort()
  await assert.rejects(joining, (error) => isReject(error, 'aborted'))
  await assert.rejects(live.join('r1', { signal: abort.signal }), (error) =>
    isReject(error, 'aborted'),
  )
  await clock.advance(100)
  assert.equal(clock.pending, 0)
  assert.equal(server.network.open.length, 0)
})

test('[SD27] a join gives up when the room cannot be reached in time', async () => {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  server.network.down = true
  const platform = fakePlatform({
    clock,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  const { live } = createClient({ endpoint: 'http://plaza', platform })
  const joining = live.join('r1', { timeoutMs: 5_000 })
  joining.catch(() => {})
  await clock.advance(5_000)
  await assert.rejects(joining, (error) => isReject(error, 'offline'))
  assert.equal(clock.pending, 0)
})

test('[SD27] a join is rejected with what the room says', async () => {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  server.seatAnswer = () => problem(403, 'kicked', { until: 5 })
  const platform = fakePlatform({
    clock,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  const { live } = createClient({ endpoint: 'http://plaza', platform })
  await assert.rejects(
    live.join('r1'),
    (error) => isReject(error, 'kicked') && error.data.until === 5,
  )
  assert.equal(clock.pending, 0)
})

test('the client leaves every room when it is closed', async () => {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  const platform = fakePlatform({
    clock,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  const client = createClient({ endpoint: 'http://plaza', platform })
  const joining = [client.live.join('r1'), client.live.join('r1')]
  await clock.advance(100)
  const rooms = await Promise.all(joining)
  client.close()
  assert.deepEqual(
    rooms.map(({ status }) => status),
    ['closed', 'closed'],
  )
  await clock.advance(100)
  assert.equal(server.network.open.length, 0)
})
