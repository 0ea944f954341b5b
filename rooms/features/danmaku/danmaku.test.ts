import { test } from 'node:test'
import assert from 'node:assert/strict'
import { keepsFeatureContract, refusesHostileInput } from '../../testing/feature-properties.ts'
import { testGuest, testHost, testModerator, testUser } from '../../testing/live-room.ts'
import { PureRoom } from '../../testing/pure-room.ts'
import { danmakuEvents, palette } from './danmaku.protocol.ts'
import { danmaku, lastCap, type DanmakuState } from './danmaku.ts'

const ann = testUser('ann')
const bob = testUser('bob')
const say = (room: PureRoom, text: string, asker = ann) => room.do(asker, 'danmaku.send', { text })
const refused = (room: PureRoom, input: unknown, asker = ann) =>
  room.refusal(asker, 'danmaku.send', input)

test('[DM1] a line is answered as the room shows it, and told with its sender', () => {
  const room = new PureRoom()
  const id = room.env.newId()
  const asker = { ...ann, card: { level: 7, avatar: '/a.webp' } }
  const input = { text: ' 666 ', color: '#FFD666', mode: 'top', mentions: ['u_bob', 'u_bob'] }
  const line = room.do(asker, 'danmaku.send', input, id)
  assert.deepEqual(line, {
    id,
    user: { id: 'u_ann', name: 'ann', level: 7 },
    text: '666',
    color: '#ffd666',
    mode: 'top',
    mentions: ['u_bob'],
    at: room.env.now(),
  })
  const { at: _, ...sent } = line
  assert.deepEqual(room.events('danmaku.sent'), [sent])
})

test('[DM2] without options a line is white and scrolls', () => {
  const { color, mode, mentions } = say(new PureRoom(), 'hi')
  assert.deepEqual({ color, mode, mentions }, { color: '#ffffff', mode: 'scroll', mentions: [] })
})

test('[DM3] colours are those of the palette', () => {
  const room = new PureRoom()
  for (const [index, color] of palette.entries()) {
    room.do(ann, 'danmaku.send', { text: `${index}`, color })
  }
  assert.equal(refused(room, { text: 'x', color: '#010203' }), 'danmaku.color')
  for (const color of ['red', '#fff', '#ffffff;', 'url(x)', '']) {
    assert.equal(refused(room, { text: 'x', color }), 'input.invalid')
  }
})

test('[DM4] a line has 1 to 100 characters that can be seen, and stands for itself', () => {
  const room = new PureRoom()
  assert.equal(say(room, '哈'.repeat(100)).text.length, 100)
  assert.equal(refused(room, { text: '哈'.repeat(101) }), 'text.too_long')
  assert.equal(refused(room, { text: '' }), 'input.invalid')
  assert.equal(refused(room, { text: ' \u200b\u202e ' }), 'text.empty')
  assert.equal(refused(room, { text: 'Z' + '\u0336'.repeat(10_000) }), 'input.invalid')
  assert.equal(say(room, '<img src=x onerror=alert(1)>').text, '<img src=x onerror=alert(1)>')
  assert.equal(say(room, 'Z' + '\u0336'.repeat(1_000)).text.length, 5)
})

test('[DM5] slow mode makes each user wait, by itself, and says how long', () => {
  const room = new PureRoom()
  room.do(testHost, 'danmaku.slow', { seconds: 10 })
  say(room, 'one')
  say(room, 'one', bob)
  room.advance(4_000)
  assert.throws(() => say(room, 'two'), {
    code: 'slow_mode',
    retry: 'retry',
    data: { retryInMs: 6_000 },
  })
  room.advance(6_000)
  say(room, 'two')
  room.do(testHost, 'danmaku.slow', { seconds: 0 })
  say(room, 'three')
})

test('[DM6] the same text of the same user within 5 s is refused', () => {
  const room = new PureRoom()
  say(room, '666')
  say(room, '666', bob)
  room.advance(4_999)
  assert.throws(() => say(room, ' 666'), { code: 'danmaku.repeat', data: { retryInMs: 1 } })
  say(room, '777')
  say(room, '666')
  room.advance(5_000)
  say(room, '666')
})

test('[DM7] host and moderators are not slowed or damped', () => {
  const room = new PureRoom()
  room.do(testHost, 'member.promote', { user: 'u_bob' })
  room.do(testHost, 'danmaku.slow', { seconds: 120 })
  for (const asker of [testHost, bob, testModerator, testHost, bob, testModerator]) {
    say(room, 'order!', asker)
  }
})

test('[DM8] host and moderators outlive a flood, then lines with a mention, then others', () => {
  const room = new PureRoom()
  room.do(testHost, 'member.promote', { user: 'u_bob' })
  say(room, 'plain')
  room.do(ann, 'danmaku.send', { text: '@bob hi', mentions: ['u_bob'] })
  say(room, 'mine', testHost)
  say(room, 'order', bob)
  const { priority } = danmakuEvents['danmaku.sent']
  assert.deepEqual(room.events('danmaku.sent').map(priority), [0, 1, 2, 2])
  assert.deepEqual(
    room.events('danmaku.sent').map(({ user }) => user.role),
    [undefined, undefined, 'host', 'moderator'],
  )
})

test('[DM9] a joiner gets the latest 30 lines and the slow mode', () => {
  const room = new PureRoom()
  room.do(testHost, 'danmaku.slow', { seconds: 1 })
  for (let i = 0; i < 40; i += 1) say(room, `line ${i}`, testHost)
  const { recent, slowSeconds } = room.view(ann).danmaku
  assert.equal(slowSeconds, 1)
  assert.deepEqual(
    recent.map(({ text }: { text: string }) => text),
    Array.from({ length: 30 }, (_, i) => `line ${i + 10}`),
  )
})

test('[DM10] the last lines that pacing needs are bounded in number and age', () => {
  const state: DanmakuState = danmaku.initial()
  const line = (id: number) => ({
    id: `l${id}`,
    user: { id: `u_${id}`, name: '' },
    text: 'x',
    color: palette[0],
    mode: 'scroll' as const,
    mentions: [],
  })
  const { 'danmaku.sent': sent } = danmaku.evolve
  for (let i = 0; i < lastCap + 5_000; i += 1) {
    sent(state, line(i), 1_000)
    if (state.last.entries.size > lastCap) assert.fail('above the cap')
  }
  sent(state, line(1), 1_000 + 5_001)
  assert.equal(state.last.entries.size, 1)
})

test('[DM11] guests, muted and kicked users are refused, everybody in a suspended room', () => {
  const room = new PureRoom()
  assert.equal(refused(room, { text: 'x' }, testGuest), 'login_required')
  room.do(testHost, 'member.mute', { user: 'u_ann', seconds: 5 })
  assert.equal(refused(room, { text: 'x' }), 'muted')
  room.do(testHost, 'member.kick', { user: 'u_bob', seconds: 5 })
  assert.equal(refused(room, { text: 'x' }, bob), 'kicked')
  room.advance(5_000)
  say(room, 'x')
  say(room, 'x', bob)
  room.do(testModerator, 'live.suspend', { reason: 'spam' })
  assert.equal(refused(room, { text: 'y' }), 'live.suspended')
})

test('[DM20] danmaku keeps the feature contract over random histories', () => {
  keepsFeatureContract('danmaku', ({ slowSeconds }: DanmakuState) => slowSeconds)
})

test('[DM21] whatever is sent as a line, it is refused with RoomError or shown', () => {
  refusesHostileInput('danmaku')
})
