import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Asker } from '../../../engine/kernel/context.ts'
import { keepsFeatureContract, refusesHostileInput } from '../../testing/feature-properties.ts'
import { testHost, testModerator, testUser } from '../../testing/live-room.ts'
import { PureRoom } from '../../testing/pure-room.ts'
import { banCap, member, moderatorCap, type MemberState } from './member.ts'

const ann = testUser('ann')
const bob = testUser('bob')
const you = (room: PureRoom, viewer: Asker) => room.view(viewer).member.you
const mute = (asker: Asker, user: string, seconds = 60): [Asker, string, unknown] => [
  asker,
  'member.mute',
  { user, seconds },
]
const kick = (asker: Asker, user: string, seconds = 60): [Asker, string, unknown] => [
  asker,
  'member.kick',
  { user, seconds },
]

test('[MB1] a mute holds until its time is over or it is taken back', () => {
  const room = new PureRoom()
  const until = room.env.now() + 60_000
  assert.deepEqual(room.do(...mute(testHost, 'u_ann')), { until })
  assert.deepEqual(you(room, ann), { id: 'u_ann', role: 'viewer', mutedUntil: until })
  assert.throws(() => room.do(ann, 'danmaku.send', { text: 'x' }), {
    code: 'muted',
    data: { until },
  })
  room.advance(60_000)
  room.do(ann, 'danmaku.send', { text: 'x' })
  assert.deepEqual(you(room, ann), { id: 'u_ann', role: 'viewer' })
  room.do(...mute(testHost, 'u_ann'))
  room.do(testHost, 'member.unmute', { user: 'u_ann' })
  room.do(ann, 'danmaku.send', { text: 'y' })
})

test('[MB2] a kick keeps out until its time is over; 0 seconds only removes', () => {
  const room = new PureRoom()
  const until = room.env.now() + 60_000
  room.do(...kick(testHost, 'u_ann'))
  for (const permission of ['watch', 'chat', 'gift']) {
    const refusal = room.core.refuse(ann, permission, room.env.now())
    assert.deepEqual([refusal?.code, refusal?.data], ['kicked', { until }])
  }
  room.advance(60_000)
  assert.equal(room.core.refuse(ann, 'watch', room.env.now()), undefined)
  room.do(...kick(testHost, 'u_bob', 0))
  assert.deepEqual(room.events('member.kicked')[1], {
    user: 'u_bob',
    until: room.env.now(),
    by: 'u_host',
  })
  assert.equal(room.core.refuse(bob, 'watch', room.env.now()), undefined)
})

test('[MB3] the host appoints and dismisses moderators, who may then moderate', () => {
  const room = new PureRoom()
  assert.equal(room.refusal(...mute(ann, 'u_bob')), 'forbidden')
  room.do(testHost, 'member.promote', { user: 'u_ann' })
  room.do(testHost, 'member.promote', { user: 'u_ann' })
  assert.equal(room.events('member.promoted').length, 1)
  assert.deepEqual(room.view(bob).member.moderators, ['u_ann'])
  assert.equal(you(room, ann).role, 'moderator')
  room.do(...mute(ann, 'u_bob'))
  assert.equal(room.refusal(ann, 'member.promote', { user: 'u_bob' }), 'forbidden')
  room.do(testHost, 'member.demote', { user: 'u_ann' })
  assert.equal(room.refusal(...mute(ann, 'u_bob')), 'forbidden')
})

test('[MB4] nobody acts on itself or on the host, moderators not on each other', () => {
  const room = new PureRoom()
  for (const user of ['u_ann', 'u_bob']) room.do(testHost, 'member.promote', { user })
  for (const act of [mute, kick]) {
    assert.equal(room.refusal(...act(testHost, 'u_host')), 'member.self')
    assert.equal(room.refusal(...act(ann, 'u_ann')), 'member.self')
    assert.equal(room.refusal(...act(ann, 'u_host')), 'member.outranked')
    assert.equal(room.refusal(...act(ann, 'u_bob')), 'member.outranked')
    assert.equal(room.refusal(...act(testModerator, 'u_host')), 'member.outranked')
    assert.equal(room.refusal(...act(testModerator, 'u_ann')), undefined)
    assert.equal(room.refusal(...act(testHost, 'u_bob')), undefined)
  }
  assert.equal(room.refusal(testHost, 'member.promote', { user: 'u_host' }), 'member.self')
})

test('[MB5] mutes last 1 s to 30 days, kicks up to a day, both for a proper user id', () => {
  const room = new PureRoom()
  for (const seconds of [0, -1, 1.5, 2_592_001, Number.NaN, '5']) {
    assert.equal(room.refusal(testHost, 'member.mute', { user: 'u_ann', seconds }), 'input.invalid')
  }
  for (const seconds of [-1, 86_401, Infinity]) {
    assert.equal(room.refusal(testHost, 'member.kick', { user: 'u_ann', seconds }), 'input.invalid')
  }
  for (const user of ['', 'a b', '<b>', 'x'.repeat(65), '__proto__'.repeat(9), 7]) {
    assert.equal(room.refusal(testHost, 'member.mute', { user, seconds: 5 }), 'input.invalid')
  }
})

test('[MB6] a reason is cleaned and told', () => {
  const room = new PureRoom()
  room.do(testHost, 'member.mute', { user: 'u_ann', seconds: 1, reason: ' 广告\u202e ' })
  assert.equal(room.events('member.muted')[0].reason, '广告')
  const long = { user: 'u_ann', seconds: 1, reason: '哈'.repeat(51) }
  assert.equal(room.refusal(testHost, 'member.mute', long), 'text.too_long')
})

test('[MB7] at most 100 moderators', () => {
  const room = new PureRoom()
  for (let i = 0; i < moderatorCap; i += 1) {
    room.do(testHost, 'member.promote', { user: `u_${i}` })
  }
  assert.throws(() => room.do(testHost, 'member.promote', { user: 'u_x' }), {
    code: 'member.full',
    data: { limit: moderatorCap },
  })
  room.do(testHost, 'member.demote', { user: 'u_0' })
  room.do(testHost, 'member.promote', { user: 'u_x' })
})

test('[MB8] at most 10,000 mutes and kicks hold at once; what has run out takes no place', () => {
  const room = new PureRoom()
  const state = room.state['member'] as MemberState
  const end = room.env.now() + 1_000
  for (let i = 0; i < banCap; i += 1) {
    state.mutes.set(`u_${i}`, end)
    state.kicks.set(`u_${i}`, end)
  }
  assert.equal(room.refusal(...mute(testHost, 'u_ann')), 'member.full')
  assert.equal(room.refusal(...kick(testHost, 'u_ann')), 'member.full')
  room.do(...kick(testHost, 'u_ann', 0))
  room.do(...mute(testHost, 'u_1', 30))
  room.advance(1_000)
  room.do(...mute(testHost, 'u_ann'))
  assert.deepEqual([...state.mutes.keys()].sort(), ['u_1', 'u_ann'])
  room.do(...kick(testHost, 'u_ann'))
  assert.deepEqual([...state.kicks.keys()], ['u_ann'])
})

test('[MB9] a guest has no role and no id in its view', () => {
  const state = member.initial()
  const view = member.view!(state, { id: undefined, can: () => false }, 0)
  assert.deepEqual(view, { moderators: [], you: { role: 'viewer' } })
})

test('[MB20] membership keeps the feature contract over random histories', () => {
  keepsFeatureContract('member')
})

test('[MB21] whatever is asked of members, it is refused with RoomError or done', () => {
  refusesHostileInput('member')
})
