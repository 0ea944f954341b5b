import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeCodes, retryReason } from '../engine/wire/close-codes.ts'
import { roomData } from '../engine/wire/colyseus.ts'
import { isReject } from './reject-error.ts'
import { createClient } from './create-client.ts'
import { FakeRoom } from './testing/fake-room.ts'
import { fakePlatform, json, problem } from './testing/fake-platform.ts'
import { VirtualClock } from './testing/virtual-clock.ts'
import { joinedRoom } from './testing/joined-room.ts'

const slowed = (seconds: number) => ['danmaku.slowed', { seconds, by: 'u_host' }] as const

test('[SD2] lines of a former owner are dropped', async () => {
  const { room, server, clock } = await joinedRoom()
  server.epoch = 2
  server.commit(slowed(1))
  server.publish('y', [1, [['like.added', { count: 100 }, 1]]])
  server.publish('y', [2, [['like.added', { count: 1 }, 1]]])
  await clock.advance(50)
  assert.equal(room.view.like.count, 8)
})

test('[SD3] missing numbers end the connection, and the next resumes by position', async () => {
  const { room, server, clock, recovered } = await joinedRoom()
  const seen: (number | undefined)[] = []
  room.on('event', ({ seq }) => seen.push(seq))
  server.commit(slowed(1))
  await clock.advance(50)
  server.tamper = () => {}
  server.commit(slowed(2))
  server.tamper = (frame, send) => send(frame)
  server.commit(slowed(3))
  await clock.advance(10)
  assert.equal(room.status, 'reconnecting')
  await clock.until(() => room.status === 'online')
  assert.deepEqual(seen, [1, 2, 3])
  assert.match(server.network.connections.at(-1)!.url, /&at=1\.1$/)
  assert.deepEqual(recovered, [{ gap: false, missed: 2 }])
})

test('[SD4] a lost connection asks for a new seat, again and again, with growing jitter', async () => {
  const { room, server, clock, statuses } = await joinedRoom()
  const waits: number[] = []
  room.on('status', (_, retryInMs) => retryInMs !== undefined && waits.push(retryInMs))
  server.network.down = true
  server.joined[0]!.cut()
  const seatsBefore = server.seats
  await clock.advance(600_000)
  assert.equal(room.status, 'reconnecting')
  assert.ok(waits.length > 30, `${waits.length} tries in ten minutes`)
  assert.ok(waits.every((wait) => wait <= 15_000))
  assert.ok(Math.max(...waits.slice(6)) > 8_000 && Math.min(...waits.slice(6)) < 5_000)
  server.network.down = false
  await clock.until(() => room.status === 'online')
  assert.equal(server.seats, seatsBefore + 1)
  assert.ok(!statuses.includes('closed'))
})

test('[SD4] a connection that held for a while resets the backoff', async () => {
  const { room, server, clock } = await joinedRoom()
  server.network.down = true
  server.joined[0]!.cut()
  await clock.advance(120_000)
  server.network.down = false
  await clock.until(() => room.status === 'online')
  await clock.advance(6_000)
  server.joined[0]!.cut()
  await clock.settle()
  assert.ok(room.retryInMs! <= 500)
})

test('[SD5] it comes back at once when the network does', async () => {
  const { room, server, clock, platform, statuses } = await joinedRoom()
  server.network.down = true
  platform.network(false)
  assert.equal(room.status, 'offline')
  assert.equal(room.retryInMs, undefined)
  await clock.advance(300_000)
  assert.deepEqual([...new Set(statuses)], ['offline'])
  server.network.down = false
  platform.network(true)
  await clock.advance(30)
  assert.equal(room.status, 'online')
})

test('[SD5] it comes back at once when the page comes to the front', async () => {
  const { room, server, clock, platform } = await joinedRoom()
  server.network.down = true
  server.joined[0]!.cut()
  await clock.advance(120_000)
  await clock.until(() => (room.retryInMs ?? 0) > 2_000)
  server.network.down = false
  platform.visible()
  await clock.advance(30)
  assert.equal(room.status, 'online')
})

test('[SD5] of two tries at once only the later one opens a socket', async () => {
  const { room, server, clock, platform } = await joinedRoom()
  const { seatAnswer } = server
  server.seatAnswer = () => new Promise((resolve) => clock.after(500, () => resolve(seatAnswer())))
  platform.network(false)
  platform.network(true)
  await clock.advance(100)
  platform.network(true)
  await clock.until(() => room.status === 'online')
  await clock.advance(1_000)
  assert.equal(server.network.connections.length, 2)
  assert.equal(server.joined.length, 1)
})

test('[SD4] while it waits for the next try, nothing else is due', async () => {
  const { room, server, clock } = await joinedRoom()
  server.network.down = true
  server.joined[0]!.cut()
  await clock.until(() => (room.retryInMs ?? 0) > 1_000)
  assert.equal(clock.pending, 1)
})

test('[SD6] a silent connection is asked, and given up when it does not answer', async () => {
  const { room, server, clock } = await joinedRoom()
  await clock.advance(120_000)
  assert.equal(server.network.connections.length, 1)
  assert.equal(room.status, 'online')
  server.joined[0]!.hang()
  await clock.until(() => room.status === 'reconnecting', 30_000)
  await clock.until(() => room.status === 'online')
})

test('[SD6] a page that comes to the front finds a dead connection within seconds', async () => {
  const { room, server, clock, platform } = await joinedRoom()
  server.joined[0]!.hang()
  platform.visible()
  await clock.until(() => room.status === 'reconnecting', 3_000)
})

test('[SD6] a server that is busy with events needs no ping', async () => {
  const { room, server, clock } = await joinedRoom()
  server.pongs = false
  for (let i = 0; i < 60; i++) {
    server.publish('y', [1, [['like.added', { count: 1 }, 1]]])
    await clock.advance(5_000)
  }
  assert.equal(room.status, 'online')
  assert.equal(server.network.connections.length, 1)
})

for (const code of [
  1000,
  1001,
  1006,
  4001,
  4010,
  closeCodes.moved,
  closeCodes.slow,
  closeCodes.draining,
])
  test(`[SD7] after close code ${code} it comes back`, async () => {
    const { room, server, clock } = await joinedRoom()
    server.joined[0]!.close(code)
    await clock.until(() => room.status === 'reconnecting')
    await clock.until(() => room.status === 'online')
  })

for (const [code, reason] of [
  [closeCodes.kicked, 'kicked'],
  [closeCodes.malformed, 'malformed'],
  [closeCodes.flooding, 'flooding'],
  [closeCodes.roomClosed, 'room.closed'],
] as const)
  test(`[SD7] close code ${code} is final: ${reason}`, async () => {
    const { room, server, clock, closed } = await joinedRoom()
    server.answer = () => undefined
    const gift = room.gifts.send({ gift: 'heart' })
    gift.catch(() => {})
    server.joined[0]!.close(code)
    await clock.advance(100)
    assert.equal(room.status, 'closed')
    assert.deepEqual(closed, [{ code, reason }])
    await assert.rejects(gift, (error) => isReject(error, reason))
    await clock.advance(60_000)
    assert.equal(clock.pending, 0)
    assert.equal(server.network.connections.length, 1)
  })

test('[SD8] a refusal for good ends the room, any other is tried again', async () => {
  const { room, server, clock, closed } = await joinedRoom()
  const { seatAnswer } = server
  server.seatAnswer = () => problem(503, 'busy')
  server.joined[0]!.cut()
  await clock.advance(60_000)
  assert.equal(room.status, 'reconnecting')
  server.seatAnswer = seatAnswer
  await clock.until(() => room.status === 'online')
  server.seatAnswer = () => problem(403, 'kicked', { until: 1 })
  server.joined[0]!.cut()
  await clock.until(() => room.status === 'closed')
  assert.deepEqual(closed, [{ code: 403, reason: 'kicked' }])
})

test('[SD8] a refusal that says when is not asked before', async () => {
  const { room, server, clock } = await joinedRoom()
  server.seatAnswer = () => problem(429, 'rate_limited', { retryInMs: 40_000 })
  server.joined[0]!.cut()
  await clock.until(() => (room.retryInMs ?? 0) >= 40_000)
})

test('[SD62] a time that the server gave to spread a crowd is kept to, and nothing is added to it', async () => {
  const { room, server, clock } = await joinedRoom()
  const { seatAnswer } = server
  server.joined[0]!.close(closeCodes.draining, retryReason(7_000))
  await clock.until(() => room.status === 'reconnecting')
  assert.equal(room.retryInMs, 7_000)
  const asked: number[] = []
  const waits = [3_000, 50, 60]
  server.seatAnswer = () => {
    asked.push(clock.now)
    const retryInMs = waits.shift()
    return retryInMs === undefined ? seatAnswer() : problem(503, 'busy', { retryInMs })
  }
  const closedAt = clock.now
  await clock.until(() => room.status === 'online')
  assert.deepEqual(
    asked.map((at) => at - closedAt),
    [7_000, 10_000, 10_050, 10_110],
  )
})

test('[SD62] a server that only ever sends away is not asked without a pause of our own', async () => {
  const { server, clock } = await joinedRoom()
  let asked = 0
  server.seatAnswer = () => {
    asked += 1
    return problem(503, 'busy', { retryInMs: 0 })
  }
  server.joined[0]!.cut()
  await clock.advance(60_000)
  assert.ok(asked > 4 && asked < 25, `asked ${asked} times in a minute`)
})

test('[SD9] recovered tells a gap when the missed events are no longer at hand', async () => {
  const { room, server, clock, recovered } = await joinedRoom()
  server.ringSize = 2
  server.joined[0]!.cut()
  server.commit(slowed(1), slowed(2), slowed(3))
  server.view = () => ({ danmaku: { slowSeconds: 3, recent: [] } })
  await clock.until(() => recovered.length === 1)
  assert.deepEqual(recovered, [{ gap: true, missed: 0 }])
  assert.equal(room.view.danmaku.slowSeconds, 3)
})

test('[SD9] a fresh view at the position that was seen is no gap', async () => {
  const { server, clock, recovered } = await joinedRoom()
  server.commit(slowed(1))
  await clock.advance(50)
  server.ringSize = -1
  server.crash()
  await clock.until(() => recovered.length === 1)
  assert.deepEqual(recovered, [{ gap: false, missed: 0 }])
})

test('[SD9] a second welcome on the same connection is a gap with a new view', async () => {
  const { room, server, clock, recovered } = await joinedRoom()
  server.joined[0]!.send(
    roomData('w', {
      v: 1,
      room: 'live_r1',
      epoch: 2,
      seq: 5,
      now: clock.now,
      you: server.you,
      recovered: false,
      view: { danmaku: { slowSeconds: 8, recent: [] } },
    }),
  )
  await clock.advance(50)
  assert.deepEqual(recovered, [{ gap: true, missed: 0 }])
  assert.equal(room.view.danmaku.slowSeconds, 8)
  assert.equal(room.status, 'online')
  server.joined[0]!.send(roomData('m', [2, 6, [['danmaku.slowed', { seconds: 9, by: 'x' }, 1]]]))
  await clock.advance(50)
  assert.equal(room.view.danmaku.slowSeconds, 9)
})

test('[SD10] frames that overtake the welcome are kept until it is there', async () => {
  const { room, server, clock } = await joinedRoom()
  const seen: (number | undefined)[] = []
  room.on('event', ({ seq }) => seen.push(seq))
  server.commit(slowed(1))
  await clock.advance(50)
  server.joined[0]!.cut()
  server.commit(slowed(2))
  // Event 3 is published to the new socket before its welcome, which reaches to event 2 only.
  const { network } = server
  const before = network.connections.length
  await clock.until(() => network.connections.length > before)
  network.connections
    .at(-1)!
    .send(roomData('m', [1, 3, [['danmaku.slowed', { seconds: 9, by: 'x' }, 1]]]))
  await clock.until(() => room.status === 'online')
  assert.deepEqual(seen, [1, 2, 3])
  assert.equal(room.view.danmaku.slowSeconds, 9)
})

test('[SD61] after a resume the view also holds what has no number', async () => {
  const { room, server, clock, recovered } = await joinedRoom()
  server.commit(slowed(1))
  await clock.advance(50)
  const likes: number[] = []
  room.select(
    (view) => view.like.count,
    (count) => likes.push(count),
  )
  server.joined[0]!.cut()
  server.commit(slowed(2))
  const { view } = server
  server.view = () => ({ ...view(), like: { count: 90 }, audience: { count: 12 } })
  await clock.until(() => recovered.length === 1)
  await clock.until(() => room.status === 'online')
  assert.deepEqual(recovered, [{ gap: false, missed: 1 }])
  assert.deepEqual(likes, [7, 90])
  assert.equal(room.view.audience.count, 12)
  assert.equal(room.view.danmaku.slowSeconds, 2)
})

test('[SD11] an instance that lags behind is not believed', async () => {
  const { room, server, clock } = await joinedRoom()
  server.epoch = 5
  server.commit(slowed(1), slowed(2))
  await clock.advance(50)
  server.epoch = 4
  const log = server.log.splice(1)
  server.joined[0]!.cut()
  await clock.until(() => server.network.connections.length === 3)
  assert.equal(room.view.danmaku.slowSeconds, 2)
  server.epoch = 5
  server.log.push(...log)
  await clock.until(() => room.status === 'online')
  assert.equal(room.view.danmaku.slowSeconds, 2)
})

test('[SD11] a room that was set back is believed in the end, as a gap', async () => {
  const { room, server, clock, recovered } = await joinedRoom()
  server.commit(slowed(1), slowed(2))
  await clock.advance(50)
  server.log.length = 0
  server.joined[0]!.cut()
  await clock.until(() => room.status === 'online')
  assert.deepEqual(recovered, [{ gap: true, missed: 0 }])
})

test('[SD9] missed events that do not add up are not believed: the view is loaded anew', async () => {
  const { room, server, clock, recovered } = await joinedRoom()
  server.commit(slowed(1), slowed(2), slowed(3))
  await clock.advance(50)
  server.joined[0]!.cut()
  server.commit(slowed(4), slowed(5))
  server.view = () => ({ danmaku: { slowSeconds: 5, recent: [] } })
  const { slice } = server.log
  server.log.slice = (from) => slice.call(server.log, (from ?? 0) + 1)
  await clock.until(() => recovered.length === 1)
  assert.deepEqual(recovered, [{ gap: true, missed: 0 }])
  assert.equal(room.view.danmaku.slowSeconds, 5)
})

for (const [code, renewals] of [
  [closeCodes.unauthorized, 1],
  [closeCodes.ticket, 1],
  [closeCodes.moved, 0],
] as const)
  test(`[SD7] after close code ${code} the session is renewed ${renewals} times before the next seat`, async () => {
    const clock = new VirtualClock()
    const server = new FakeRoom(clock)
    const asked: string[] = []
    const session = { user: { id: 'u_me' }, accessToken: 'a', expiresIn: 600, refreshToken: 'r' }
    const platform = fakePlatform({
      clock,
      http: (request) => {
        asked.push(request.url.slice(request.url.lastIndexOf('/') + 1))
        return request.url.includes('/auth/') ? json(200, session) : server.http(request)
      },
      socket: (url) => server.network.socket(url),
    })
    const client = createClient({ endpoint: 'http://plaza', platform })
    await client.auth.login({ name: 'mei', password: 'correct horse' })
    const joining = client.live.join('r1')
    await clock.advance(100)
    const room = await joining
    asked.length = 0
    server.joined[0]!.close(code)
    await clock.until(() => room.status === 'reconnecting')
    await clock.until(() => room.status === 'online')
    assert.deepEqual(asked, [...Array.from({ length: renewals }, () => 'refresh'), 'seat'])
    client.close()
  })

test('garbage from the server is a lost connection, not a crash', async () => {
  const { room, server, clock } = await joinedRoom()
  const frames = [
    Uint8Array.of(),
    Uint8Array.of(13),
    Uint8Array.of(13, 0xa1, 0x6d, 0xc1),
    Uint8Array.of(11, 0xff),
    Uint8Array.of(31, 1, 2, 3),
    roomData('m', null),
    roomData('m', [1, 1, 7]),
    roomData('s', { no: 'frame' }),
    roomData('y', [1, null]),
    roomData('a', 5),
    roomData('w', null),
    roomData('zz', 1),
  ]
  for (const frame of frames) {
    await clock.until(() => room.status === 'online' && server.joined.length === 1)
    server.joined[0]!.send(frame)
    await clock.advance(50)
  }
  await clock.until(() => room.status === 'online')
  server.commit(slowed(4))
  await clock.advance(50)
  assert.equal(room.view.danmaku.slowSeconds, 4)
})
