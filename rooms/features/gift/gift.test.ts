import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Asker } from '../../../engine/kernel/context.ts'
import { keepsFeatureContract, refusesHostileInput } from '../../testing/feature-properties.ts'
import {
  makeLiveRoom,
  testGuest,
  testHost,
  testModerator,
  testUser,
} from '../../testing/live-room.ts'
import { PureRoom } from '../../testing/pure-room.ts'
import { placeGiver, topMax, type GiftSent, type Giver } from './gift.protocol.ts'
import { comboCap, gift, giverCap, type GiftState } from './gift.ts'

const ann = testUser('ann')
const bob = testUser('bob')
const give = (room: PureRoom, count = 1, asker: Asker = ann, kind = 'flower') =>
  room.do(asker, 'gift.send', { gift: kind, count })
const refused = (room: PureRoom, input: object = {}, asker: Asker = ann) =>
  room.refusal(asker, 'gift.send', { gift: 'flower', count: 1, ...input })

test('[GF1] a gift is answered with balance, amount and combo, and told with all it did', () => {
  const room = new PureRoom()
  const id = room.env.newId()
  const answer = room.do(ann, 'gift.send', { gift: 'drum', count: 3, note: ' 加油\u202e ' }, id)
  assert.deepEqual(answer, { balance: 5, amount: 30, combo: { id, total: 3 } })
  assert.deepEqual(room.events('gift.sent'), [
    {
      id,
      session: room.view(ann).live.session.id,
      from: { id: 'u_ann', name: 'ann' },
      to: 'u_host',
      gift: 'drum',
      count: 3,
      amount: 30,
      given: 30,
      combo: { id, total: 3 },
      note: '加油',
    },
  ])
})

test('[GF2] gifts are taken while the room is live, interrupted or paused, and at no other time', () => {
  const room = new PureRoom({ started: false })
  assert.equal(refused(room), 'live.not_live')
  room.tell('live.streamStarted', { stream: 's1', at: room.env.now() })
  give(room)
  room.tell('live.streamInterrupted', { stream: 's1' })
  give(room)
  room.tell('live.streamResumed', { stream: 's1' })
  room.do(testHost, 'live.pause')
  give(room)
  room.do(testModerator, 'live.suspend', { reason: 'spam' })
  assert.equal(refused(room), 'live.suspended')
  assert.equal(refused(room, {}, { ...testModerator, id: 'u_mod' }), 'live.not_live')
  room.do(testModerator, 'live.restore')
  give(room)
  room.do(testHost, 'live.end')
  assert.equal(refused(room), 'live.not_live')
})

test('[GF3] gifts of one kind by one sender within 4 s of the last are one combo', () => {
  const room = new PureRoom()
  const first = give(room, 2).combo
  room.advance(4_000)
  assert.deepEqual(give(room, 3).combo, { id: first.id, total: 5 })
  assert.notEqual(give(room, 1, ann, 'heart').combo.id, first.id)
  assert.notEqual(give(room, 1, bob).combo.id, first.id)
  room.advance(4_000)
  assert.deepEqual(give(room, 1).combo, { id: first.id, total: 6 })
  room.advance(4_001)
  assert.equal(give(room, 1).combo.total, 1)
})

test('[GF4] combos are for the eye: every gift is told with its own amount', () => {
  const room = new PureRoom()
  for (const count of [1, 2, 3]) give(room, count)
  assert.deepEqual(
    room.events('gift.sent').map(({ amount, combo }) => [amount, combo.total]),
    [
      [10, 1],
      [20, 3],
      [30, 6],
    ],
  )
})

test('[GF5] the host cannot give to itself, a guest not at all', () => {
  const room = new PureRoom()
  assert.equal(refused(room, {}, testHost), 'gift.self')
  assert.equal(refused(room, {}, testGuest), 'login_required')
})

test('[GF6] 1 to 1,000 whole pieces of a gift with a proper name', () => {
  const room = new PureRoom()
  for (const count of [0, -1, 1.5, 1_001, Number.NaN, Infinity, '1', 1n, null, undefined]) {
    assert.equal(refused(room, { count }), 'input.invalid', String(count))
  }
  for (const kind of ['', 'Flower', '__proto__', '../x', 'a'.repeat(33), 7, null]) {
    assert.equal(refused(room, { gift: kind }), 'input.invalid', String(kind))
  }
  assert.equal(refused(room, { amount: 1 }), 'input.invalid')
})

test('[GF7] a note has up to 60 clean characters, and the muted give without one', () => {
  const room = new PureRoom()
  assert.equal(refused(room, { note: '哈'.repeat(61) }), 'text.too_long')
  assert.equal(refused(room, { note: '\u200b' }), 'text.empty')
  room.do(testHost, 'member.mute', { user: 'u_ann', seconds: 60 })
  assert.equal(refused(room, { note: 'hello' }), 'gift.note')
  give(room)
})

test('[GF8] top givers and coins are exact, and start again with a session', () => {
  const gifts = fc.array(fc.record({ who: fc.nat(14), count: fc.integer({ min: 1, max: 9 }) }), {
    maxLength: 80,
  })
  fc.assert(
    fc.property(gifts, (history) => {
      const room = new PureRoom()
      const sums = new Map<string, number>()
      const reached = new Map<string, number>()
      for (const [index, { who, count }] of history.entries()) {
        give(room, count, testUser(`${who}`))
        sums.set(`u_${who}`, (sums.get(`u_${who}`) ?? 0) + 10 * count)
        reached.set(`u_${who}`, index)
      }
      const ranked = [...sums].sort(
        ([a, left], [b, right]) => right - left || reached.get(a)! - reached.get(b)!,
      )
      const { top, coins } = room.view(ann).gift
      assert.deepEqual(
        top.map(({ id, amount }: Giver) => [id, amount]),
        ranked.slice(0, topMax),
      )
      assert.equal(
        coins,
        [...sums.values()].reduce((sum, amount) => sum + amount, 0),
      )
      room.do(testHost, 'live.end')
      assert.equal(room.view(ann).gift.coins, coins)
      room.tell('live.streamStarted', { stream: 's2', at: room.env.now() })
      assert.deepEqual(room.view(ann).gift, { top: [], coins: 0 })
      give(room, 2, testUser('0'))
      const [first] = room.view(ann).gift.top
      assert.deepEqual(first, { id: 'u_0', name: '0', amount: 20 })
    }),
    { numRuns: 60 },
  )
})

const sent = (who: number, given: number, id = 'c'): GiftSent => ({
  id,
  session: 's',
  from: { id: `u_${who}`, name: `${who}` },
  to: 'u_host',
  gift: 'flower',
  count: 1,
  amount: 1,
  given,
  combo: { id, total: 1 },
})

test('[GF9] at most 10,000 givers are remembered; those who gave most stay', () => {
  const state: GiftState = gift.initial()
  for (let who = 0; who < giverCap + 2_500; who += 1) {
    gift.evolve['gift.sent'](state, sent(who, who < 10 ? 1_000 + who : 1), who)
    if (state.givers.size > giverCap) assert.fail('above the cap')
  }
  for (let who = 0; who < 10; who += 1) assert.equal(state.givers.get(`u_${who}`), 1_000 + who)
  assert.deepEqual(
    state.top.map(({ amount }) => amount),
    Array.from({ length: 10 }, (_, i) => 1_009 - i),
  )
})

test('[GF10] combos under way are bounded in number and age', () => {
  const state: GiftState = gift.initial()
  for (let who = 0; who < comboCap + 5_000; who += 1) {
    gift.evolve['gift.sent'](state, sent(who, 1), 10_000)
    if (state.combos.entries.size > comboCap) assert.fail('above the cap')
  }
  gift.evolve['gift.sent'](state, sent(1, 2), 14_001)
  assert.equal(state.combos.entries.size, 1)
})

test('[GF11] a giver outside the top does not change it, whoever reached a sum first stays ahead', () => {
  const top: Giver[] = Array.from({ length: topMax }, (_, i) => ({
    id: `u_${i}`,
    name: '',
    amount: 100 - i,
  }))
  assert.equal(placeGiver(top, { id: 'u_new', name: '', amount: 91 }), top)
  const next = placeGiver(top, { id: 'u_new', name: '', amount: 92 })
  assert.deepEqual(
    next.slice(-2).map(({ id }) => id),
    ['u_8', 'u_new'],
  )
  assert.equal(next.length, topMax)
})

test('[GF12] what the wallet refuses is refused with its code, and nothing is told', async () => {
  const room = await makeLiveRoom({ start: 10 })
  const told = room.published.length
  const send = (kind: string, count: number) => room.ask(ann, 'gift.send', { gift: kind, count })
  await assert.rejects(send('flower', 11), {
    code: 'insufficient_balance',
    data: { need: 11, have: 10 },
  })
  await assert.rejects(send('nothing', 1), { code: 'gift.unknown' })
  assert.equal(room.published.length, told)
  assert.deepEqual((await send('flower', 10)).balance, 0)
  assert.equal(room.settler.earned.get('u_host'), 10)
  await room.close()
})

test('[GF13] the same id sent again, also at once, is charged once and answered the same', async () => {
  const room = await makeLiveRoom()
  const id = room.env.newId()
  const send = () => room.ask(ann, 'gift.send', { gift: 'drum', count: 2 }, id)
  const answers = [...(await Promise.all([send(), send()])), await send()]
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  assert.equal(room.settler.balanceOf('u_ann'), 10_000 - 20)
  assert.equal(room.published.filter(({ type }) => type === 'gift.sent').length, 1)
  await room.close()
})

test('[GF14] a gift that meets the end of the live in one flush costs nothing', async () => {
  const room = await makeLiveRoom()
  const [ended, late] = await Promise.allSettled([
    room.ask(testHost, 'live.end'),
    room.ask(ann, 'gift.send', { gift: 'drum', count: 2 }),
  ])
  assert.equal(ended.status, 'fulfilled')
  assert.equal(late.status === 'rejected' && late.reason.code, 'live.not_live')
  assert.equal(room.settler.balanceOf('u_ann'), 10_000)
  await room.close()
})

test('[GF15] a gift that was given gets its answer again, whatever the room would say to a new one', async () => {
  const room = await makeLiveRoom()
  const id = room.env.newId()
  const send = (by = id) =>
    room.ask(ann, 'gift.send', { gift: 'drum', count: 2, note: 'for you' }, by)
  const answer = await send()
  await room.ask(testHost, 'member.mute', { user: 'u_ann', seconds: 600 })
  assert.deepEqual(await send(), answer, 'muted')
  await room.ask(testHost, 'live.end')
  assert.deepEqual(await send(), answer, 'over')
  await assert.rejects(send(room.env.newId()), { code: 'live.not_live' })
  await room.ask(testHost, 'member.kick', { user: 'u_ann', seconds: 600 })
  assert.deepEqual(await send(), answer, 'kicked')
  await assert.rejects(send(room.env.newId()), { code: 'kicked' })
  assert.equal(room.settler.balanceOf('u_ann'), 10_000 - 20)
  await room.close()
})

test('[GF20] gifts keep the feature contract over random histories', () => {
  keepsFeatureContract('gift')
})

test('[GF21] whatever is sent as a gift, it is refused with RoomError or given', () => {
  refusesHostileInput('gift')
})
