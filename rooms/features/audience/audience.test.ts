import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { keepsFeatureContract, refusesHostileInput } from '../../testing/feature-properties.ts'
import { testHost, testUser } from '../../testing/live-room.ts'
import { PureRoom, testKind } from '../../testing/pure-room.ts'
import { FrameBuffer } from '../../../engine/runtime/frame-buffer.ts'
import { audienceEvents, instancesMax, type AudienceChange } from './audience.protocol.ts'
import { audience } from './audience.ts'

const ann = testUser('ann')
const came = (count: number, ...names: string[]): AudienceChange => ({
  count,
  joined: names.map((name) => ({ id: `u_${name}`, name })),
  joinedCount: names.length,
})

test('[AU1] the count that the runtime reports is the count that all see', () => {
  const room = new PureRoom()
  room.tell('audience.report', came(12, 'bob'))
  assert.deepEqual(room.view(ann).audience, { count: 12 })
})

test('[AU2] a report that says nothing new is not told', () => {
  const room = new PureRoom()
  room.tell('audience.report', came(1, 'bob'))
  room.tell('audience.report', came(1))
  assert.equal(room.events('audience.changed').length, 1)
  room.tell('audience.report', came(1, 'eve'))
  assert.equal(room.events('audience.changed').length, 2)
})

test('[AU3] nobody but the platform reports', () => {
  const room = new PureRoom()
  assert.equal(room.refusal(testHost, 'audience.report', came(9)), 'forbidden')
})

test('[AU4] merged reports name the latest three and count all, in whatever groups they merge', () => {
  const { merge } = audienceEvents['audience.changed']
  assert.deepEqual(merge(came(2, 'a', 'b'), came(3, 'c', 'd')), {
    ...came(3, 'b', 'c', 'd'),
    joinedCount: 4,
  })
  const change = fc
    .tuple(fc.nat(9), fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }))
    .map(([count, names]) => came(count, ...names))
  fc.assert(
    fc.property(change, change, change, (a, b, c) => {
      assert.deepEqual(merge(merge(a, b), c), merge(a, merge(b, c)))
    }),
  )
})

test('[AU5] the counts of all instances add up, each with its latest word', () => {
  const room = new PureRoom()
  const report = (instance: string, count: number): void =>
    room.tell('audience.report', { ...came(count), instance })
  report('a', 5)
  report('b', 3)
  assert.deepEqual(room.view(ann).audience, { count: 8 })
  report('a', 6)
  assert.deepEqual(room.view(ann).audience, { count: 9 })
  report('b', 0)
  assert.deepEqual(room.view(ann).audience, { count: 6 })
  assert.equal(room.state['audience'].instances.size, 1, 'an empty instance is not kept')
})

test('[AU6] an instance that says nothing for 30 seconds counts no longer', () => {
  const room = new PureRoom()
  room.tell('audience.report', { ...came(5), instance: 'gone' })
  room.env.advance(10_000)
  room.tell('audience.report', { ...came(3), instance: 'here' })
  room.env.advance(19_999)
  room.tell('audience.report', { ...came(3), instance: 'here' })
  assert.deepEqual(room.view(ann).audience, { count: 8 })
  room.env.advance(1)
  room.tell('audience.report', { ...came(3), instance: 'here' })
  assert.deepEqual(room.view(ann).audience, { count: 3 })
})

test('[AU9] instances of nodes that are gone count no longer, and the new sum is told once', () => {
  const room = new PureRoom()
  const reports = [
    ['n1/a', 5],
    ['n2/b', 3],
    ['n2/c', 2],
    ['alone', 1],
  ] as const
  for (const [instance, count] of reports)
    room.tell('audience.report', { ...came(count), instance })
  assert.deepEqual(room.view(ann).audience, { count: 11 })
  const told = room.events('audience.changed').length
  room.tell('audience.present', { nodes: ['n1', 'n3'] })
  assert.deepEqual(room.view(ann).audience, { count: 6 })
  room.tell('audience.present', { nodes: ['n1', 'n3'] })
  assert.deepEqual(room.events('audience.changed').slice(told), [
    { count: 6, joined: [], joinedCount: 0 },
  ])
  room.tell('audience.report', { ...came(4), instance: 'n2/d' })
  assert.deepEqual(room.view(ann).audience, { count: 10 })
})

test('[AU10] an instance that may have missed the sum is told it again, once', () => {
  const room = new PureRoom()
  room.tell('audience.report', { ...came(5), instance: 'a' })
  room.tell('audience.report', { ...came(3), instance: 'b', anew: true })
  const told = room.events('audience.changed').length
  room.tell('audience.report', { ...came(3), instance: 'b', anew: true })
  room.tell('audience.report', { ...came(3), instance: 'b' })
  assert.deepEqual(room.events('audience.changed').slice(told), [came(8)])
})

test('[AU7] the memory of instances is bounded', () => {
  const room = new PureRoom()
  const { evolve, initial } = audience
  const state = initial()
  for (let index = 0; index < instancesMax + 50; index += 1)
    evolve['audience.counted'](state, { instance: `i${index}`, count: 1 }, room.env.now())
  assert.equal(state.instances?.size, instancesMax)
  assert.ok(state.instances?.has(`i${instancesMax + 49}`))
})

test('[AU8] what one instance counts is told to no client', () => {
  assert.equal(audienceEvents['audience.counted'].lane, 'none')
  const frames = new FrameBuffer(testKind, { perSecond: 1, burst: 1 }, 0)
  const event = { type: 'audience.counted', data: { instance: 'a', count: 1 }, at: 0 }
  assert.equal(frames.add({ epoch: 1, firstSeq: 0, events: [event] }).size, 0)
})

test('[AU20] the audience keeps the feature contract over random histories', () => {
  keepsFeatureContract('audience', () => undefined)
})

test('[AU21] whatever is reported, the audience refuses with RoomError or takes it', () => {
  refusesHostileInput('audience')
})
