import { test } from 'node:test'
import assert from 'node:assert/strict'
import { keepsFeatureContract, refusesHostileInput } from '../../testing/feature-properties.ts'
import { testGuest, testHost, testUser } from '../../testing/live-room.ts'
import { PureRoom } from '../../testing/pure-room.ts'
import { likeEvents } from './like.protocol.ts'

const ann = testUser('ann')

test('[LI1] likes add up over a session and start again with the next', () => {
  const room = new PureRoom()
  room.do(ann, 'like.add', { count: 50 })
  room.do(ann, 'like.add', { count: 7 })
  assert.deepEqual(room.view(ann).like, { count: 57 })
  room.do(testHost, 'live.end')
  assert.deepEqual(room.view(ann).like, { count: 57 })
  room.tell('live.streamStarted', { stream: 's2', at: room.env.now() })
  assert.deepEqual(room.view(ann).like, { count: 0 })
})

test('[LI2] 1 to 50 at once, of users who may write', () => {
  const room = new PureRoom()
  for (const count of [0, 51, -1, 1.5, Number.NaN, Infinity, '5', null]) {
    assert.equal(room.refusal(ann, 'like.add', { count }), 'input.invalid', String(count))
  }
  assert.equal(room.refusal(testGuest, 'like.add', { count: 1 }), 'login_required')
  room.do(testHost, 'member.mute', { user: ann.id, seconds: 5 })
  assert.equal(room.refusal(ann, 'like.add', { count: 1 }), 'muted')
})

test('[LI3] merged likes are their sum, which stays an exact number', () => {
  const { merge } = likeEvents['like.added']
  assert.deepEqual(merge({ count: 3 }, { count: 4 }), { count: 7 })
  const most = { count: Number.MAX_SAFE_INTEGER }
  assert.deepEqual(merge(most, { count: 4 }), most)
})

test('[LI20] likes keep the feature contract over random histories', () => {
  keepsFeatureContract('like', () => undefined)
})

test('[LI21] whatever is sent as likes, they are refused with RoomError or counted', () => {
  refusesHostileInput('like')
})
