import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReject } from './reject-error.ts'
import { joinedRoom } from './testing/joined-room.ts'

const line = (id: string, text: unknown) => ({
  id,
  user: { id: 'u_me', name: 'Mei' },
  text,
  color: '#ffffff',
  mode: 'scroll',
  mentions: [],
  at: 0,
})

test('[SD12] a line whose answer was lost is sent again under its id and takes effect once', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = ([id, , input]) => {
    queueMicrotask(() => server.joined[0]!.cut())
    return line(id, (input as { text: string }).text)
  }
  const outgoing = room.danmaku.send('once')
  const { id } = outgoing
  await clock.until(() => outgoing.status === 'sent')
  assert.equal((await outgoing.acked).text, 'once')
  assert.deepEqual(
    server.received.map(([sent]) => sent),
    [id, id],
  )
  assert.equal(server.effects.length, 1)
})

test('[SD13] lines keep their order over lost connections, one in flight', async () => {
  const { room, server, clock } = await joinedRoom()
  let inFlight = 0
  let most = 0
  server.answer = ([id, , input]) => {
    most = Math.max(most, ++inFlight)
    clock.after(10, () => inFlight--)
    return line(id, (input as { text: string }).text)
  }
  const sent = Array.from({ length: 12 }, (_, i) => room.danmaku.send(`line ${i}`))
  for (let i = 0; i < 5; i++) {
    await clock.advance(15)
    server.joined[0]?.cut()
    await clock.until(() => room.status === 'online')
  }
  await clock.until(() => sent.every(({ status }) => status === 'sent'))
  assert.deepEqual(
    server.effects.map(([, , input]) => (input as { text: string }).text),
    sent.map((_, i) => `line ${i}`),
  )
  assert.equal(most, 1)
})

test('[SD14] a line that waits too long is rejected, one too many at once', async () => {
  const { room, server, clock } = await joinedRoom()
  server.network.down = true
  server.joined[0]!.cut()
  await clock.settle()
  const sent = Array.from({ length: 21 }, (_, i) => room.danmaku.send(`line ${i}`))
  await assert.rejects(sent[20]!.acked, (error) => isReject(error, 'queue_full'))
  assert.equal(sent[0]!.status, 'queued')
  await clock.advance(30_000)
  for (const { acked, status } of sent.slice(0, 20)) {
    assert.equal(status, 'failed')
    await assert.rejects(acked, (error) => isReject(error, 'expired') && error.retry === 'retry')
  }
  server.network.down = false
  await clock.until(() => room.status === 'online')
  assert.equal(server.received.length, 0)
  server.answer = ([id]) => line(id, 'again')
  const again = sent[0]!.retry()
  await clock.advance(50)
  assert.equal((await again).text, 'again')
  assert.equal(sent[0]!.status, 'sent')
})

test('[SD14] a line that got no answer is rejected as a timeout and may be tried under its id', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = () => undefined
  const outgoing = room.danmaku.send('hello')
  const { id } = outgoing
  await clock.advance(30_000)
  await assert.rejects(outgoing.acked, (error) => isReject(error, 'timeout'))
  server.answer = ([sent]) => line(sent, 'hello')
  void outgoing.retry()
  await clock.advance(50)
  assert.equal(outgoing.status, 'sent')
  assert.equal(outgoing.id, id)
})

test('[SD15] a gift without a connection is rejected and never sent', async () => {
  const { room, server, clock } = await joinedRoom()
  server.joined[0]!.cut()
  await clock.settle()
  await assert.rejects(
    room.gifts.send({ gift: 'rocket' }),
    (error) => isReject(error, 'offline') && error.retry === 'retry',
  )
  await clock.until(() => room.status === 'online')
  await clock.advance(60_000)
  assert.equal(server.received.length, 0)
})

test('[SD16] a gift whose answer was lost is sent again under its key and paid once', async () => {
  const { room, server, clock } = await joinedRoom()
  let balance = 1_000
  server.answer = () => {
    balance -= 188
    queueMicrotask(() => server.joined[0]!.cut())
    return { balance, amount: 188, combo: { id: 'c', total: 1 } }
  }
  const key = room.newId()
  const gift = room.gifts.send({ gift: 'fireworks', key })
  await clock.until(() => server.received.length === 2)
  await clock.advance(50)
  assert.deepEqual(await gift, { balance: 812, amount: 188, combo: { id: 'c', total: 1 } })
  assert.equal(balance, 812)
  assert.deepEqual(
    server.received.map(([id]) => id),
    [key, key],
  )
})

test('[SD16] two calls with one key under way are one gift', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = () => ({ balance: 1, amount: 1, combo: { id: 'c', total: 1 } })
  const key = room.newId()
  const both = Promise.all([
    room.gifts.send({ gift: 'heart', key }),
    room.gifts.send({ gift: 'heart', key }),
  ])
  await clock.advance(50)
  await both
  assert.equal(server.received.length, 1)
})

test('[SD16] a gift without any answer is rejected as unknown, with its key', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = () => undefined
  const key = room.newId()
  const gift = room.gifts.send({ gift: 'heart', key })
  gift.catch(() => {})
  await clock.advance(30_000)
  await assert.rejects(
    gift,
    (error) => isReject(error, 'outcome_unknown') && error.data.key === key,
  )
})

for (const refusal of [
  ['internal', {}],
  ['unavailable', {}],
  ['busy', { retryInMs: 8_000 }],
] as const)
  test(`[SD65] a gift that is answered with ${refusal[0]} may be paid: it is rejected as unknown`, async () => {
    const { room, server, clock } = await joinedRoom()
    let answer: unknown = [refusal[0], 'Hm.', refusal[1], 'retry']
    server.answer = () => answer
    const key = room.newId()
    const gift = room.gifts.send({ gift: 'heart', key })
    gift.catch(() => {})
    const muted = room.members.mute('u_troll', 60)
    muted.catch(() => {})
    await clock.advance(50)
    await assert.rejects(
      gift,
      (error) => isReject(error, 'outcome_unknown') && error.data.key === key,
    )
    await assert.rejects(muted, (error) => isReject(error, refusal[0]))
    answer = { balance: 1, amount: 1, combo: { id: 'c', total: 1 } }
    const again = room.gifts.send({ gift: 'heart', key })
    await clock.advance(50)
    assert.equal((await again).amount, 1)
  })

for (const code of ['room.lost', 'node.fenced', 'node.silent', 'draining', 'room.elsewhere'])
  test(`[SD17] ${code} is answered by sending the same id again`, async () => {
    const { room, server, clock } = await joinedRoom()
    let lost = 3
    server.answer = () => (lost-- > 0 ? [code, 'moving', {}, 'retry'] : { until: 7 })
    const muted = room.members.mute('u_troll', 60)
    await clock.advance(5_000)
    assert.deepEqual(await muted, { until: 7 })
    assert.equal(new Set(server.received.map(([id]) => id)).size, 1)
    assert.deepEqual(server.received[0]!.slice(1), [
      'member.mute',
      { user: 'u_troll', seconds: 60 },
    ])
  })

test('[SD17] what was asked too fast is sent again when the room said, unless that is far away', async () => {
  const { room, server, clock } = await joinedRoom()
  let refusals = 1
  let retryInMs = 700
  server.answer = ([id]) =>
    refusals-- > 0 ? ['rate_limited', 'Too fast.', { retryInMs }, 'retry'] : line(id, 'fast')
  const outgoing = room.danmaku.send('fast')
  await clock.advance(699)
  assert.equal(outgoing.status, 'sending')
  assert.equal(server.received.length, 1)
  await clock.until(() => outgoing.status === 'sent')
  refusals = 1
  retryInMs = 60_000
  const later = room.danmaku.send('much later')
  await clock.advance(50)
  await assert.rejects(later.acked, (error) => isReject(error, 'rate_limited'))
})

test('[SD17] while the database is away the same id is sent again when the room said', async () => {
  const { room, server, clock } = await joinedRoom()
  let away = 3
  server.answer = () =>
    away-- > 0
      ? ['unavailable', 'Away.', { retryInMs: 1_000 }, 'retry']
      : { balance: 1, amount: 1, combo: { id: 'c', total: 1 } }
  const key = room.newId()
  const gift = room.gifts.send({ gift: 'heart', key })
  await clock.advance(900)
  assert.equal(server.received.length, 1)
  await clock.until(() => server.received.length === 4)
  await clock.advance(50)
  assert.equal((await gift).amount, 1)
  assert.deepEqual(new Set(server.received.map(([id]) => id)), new Set([key]))
})

test('[SD17] a command that waits for the connection is sent when it is there', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = () => ({ seconds: 10 })
  server.joined[0]!.cut()
  await clock.settle()
  const slowed = room.danmaku.slow(10)
  await clock.until(() => room.status === 'online')
  await clock.advance(50)
  assert.deepEqual(await slowed, { seconds: 10 })
})

test('[SD18] a line typed while the room was down is taken by a room that crashed', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = ([id, , input]) => line(id, (input as { text: string }).text)
  server.network.down = true
  server.joined[0]!.cut()
  await clock.settle()
  const outgoing = room.danmaku.send('still there?')
  await clock.advance(5_000)
  server.crash()
  server.network.down = false
  await clock.until(() => outgoing.status === 'sent')
  assert.equal((await outgoing.acked).id, outgoing.id)
})

test('[SD18] a line that may have taken effect before a crash is not repeated by itself', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = () => undefined
  const outgoing = room.danmaku.send('hm')
  await clock.advance(50)
  server.crash()
  server.answer = ([id]) => line(id, 'hm')
  await clock.until(() => outgoing.status === 'failed')
  await assert.rejects(outgoing.acked, (error) => isReject(error, 'command.expired'))
  assert.equal(server.effects.length, 0)
  void outgoing.retry()
  await clock.advance(50)
  assert.equal(outgoing.status, 'sent')
})

test('[SD19] a refusal carries code, retry and data', async () => {
  const { room, server, clock } = await joinedRoom()
  server.answer = ([, name]) =>
    name === 'gift.send'
      ? ['insufficient_balance', 'Not enough coins.', { need: 188, have: 12 }, 'fix']
      : ['slow_mode', 'Wait a moment.', { retryInMs: 4_000 }, 'retry']
  const outgoing = room.danmaku.send('again')
  const gift = room.gifts.send({ gift: 'fireworks' })
  gift.catch(() => {})
  await clock.advance(50)
  const error = await outgoing.acked.catch((e: unknown) => e)
  assert.ok(isReject(error, 'slow_mode'))
  assert.equal(error.data.retryInMs, 4_000)
  assert.equal(error.retry, 'retry')
  assert.equal(error.message, 'Wait a moment.')
  assert.equal(isReject(error, 'muted'), false)
  assert.equal(isReject(new Error('slow_mode'), 'slow_mode'), false)
  await assert.rejects(
    gift,
    (e) => isReject(e, 'insufficient_balance') && e.data.need - e.data.have === 176,
  )
})

test('fields without a value are left out of commands', async () => {
  const { room, server, clock } = await joinedRoom()
  const color = undefined as unknown as string
  server.answer = ([id]) => line(id, 'hi')
  room.danmaku.send('hi', { color, mode: 'top' })
  room.gifts.send({ gift: 'heart' }).catch(() => {})
  await clock.advance(50)
  assert.deepEqual(
    server.received.map(([, , input]) => input),
    [
      { text: 'hi', mode: 'top' },
      { gift: 'heart', count: 1 },
    ],
  )
})
