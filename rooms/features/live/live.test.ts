import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { keepsFeatureContract, refusesHostileInput } from '../../testing/feature-properties.ts'
import { testHost, testModerator, testUser } from '../../testing/live-room.ts'
import { PureRoom } from '../../testing/pure-room.ts'
import { noTotals } from './live.protocol.ts'
import { streamCap, type LiveState } from './live.state.ts'
import { sessionLimitMs } from './live.stream.ts'

const ann = testUser('ann')
const live = (room: PureRoom) => room.view(ann).live
const status = (room: PureRoom): string => live(room).status
/** A report on `stream`, `after` ms after the first one. */
const report = (room: PureRoom, what: string, stream = 's1', after?: number) => {
  const at = after === undefined ? {} : { at: start + after }
  return room.tell(`live.stream${what}`, { stream, ...at })
}
const start = new PureRoom().env.now()

test('[LV1] a stream that starts opens a session, whose totals begin with who is there', () => {
  const room = new PureRoom({ started: false })
  assert.equal(status(room), 'idle')
  room.tell('audience.report', { count: 7, joined: [], joinedCount: 9 })
  report(room, 'Started', 's1', 0)
  assert.equal(status(room), 'live')
  assert.equal(live(room).session.stream, 's1')
  assert.deepEqual(live(room).totals, { ...noTotals, views: 7, peak: 7 })
})

test('[LV2] a lost stream interrupts the session, and its return or another stream resumes it', () => {
  const room = new PureRoom()
  const { id } = live(room).session
  assert.deepEqual(report(room, 'Interrupted', 's1', 10), { applied: true })
  assert.equal(status(room), 'interrupted')
  report(room, 'Resumed', 's1', 20)
  assert.equal(status(room), 'live')
  assert.equal(room.core.timers.has('live.grace'), false)
  report(room, 'Interrupted', 's1', 30)
  report(room, 'Started', 's2', 40)
  assert.equal(status(room), 'live')
  assert.deepEqual(live(room).session, { id, startedAt: start, stream: 's2' })
  room.advance(60_000)
  assert.equal(status(room), 'live')
})

test('[LV3] a stream that is lost for 40 s without a word ends the session', () => {
  const room = new PureRoom()
  report(room, 'Interrupted')
  room.advance(39_999)
  assert.equal(status(room), 'interrupted')
  room.advance(1)
  assert.equal(status(room), 'ended')
  assert.equal(room.events('live.ended')[0].reason, 'grace')
  report(room, 'Resumed', 's1', 50_000)
  assert.equal(status(room), 'live', 'it came back after all')
})

test('[LV4] an end carries the totals, which stay until the next session', () => {
  const room = new PureRoom()
  room.do(ann, 'like.add', { count: 5 })
  report(room, 'Ended', 's1', 10)
  assert.equal(status(room), 'ended')
  assert.equal(live(room).session, undefined)
  const [ended] = room.events('live.ended')
  assert.deepEqual(ended.totals, { ...noTotals, likes: 5 })
  room.do(ann, 'like.add', { count: 5 })
  assert.deepEqual(live(room).totals, ended.totals)
  report(room, 'Started', 's2', 20)
  assert.deepEqual(live(room).totals, noTotals)
})

test('[LV5] the host pauses, goes on and ends; the same twice changes nothing', () => {
  const room = new PureRoom()
  assert.deepEqual(room.do(testHost, 'live.pause'), { status: 'paused' })
  const told = room.log.length
  assert.deepEqual(room.do(testHost, 'live.pause'), { status: 'paused' })
  assert.equal(room.log.length, told)
  report(room, 'Interrupted')
  assert.equal(status(room), 'paused')
  assert.deepEqual(room.do(testHost, 'live.resume'), { status: 'interrupted' })
  assert.deepEqual(room.do(testHost, 'live.end'), { status: 'ended', totals: noTotals })
  for (const command of ['pause', 'resume', 'end']) {
    assert.equal(room.refusal(testHost, `live.${command}`), 'live.not_live')
  }
  room.advance(60_000)
  assert.equal(room.events('live.ended').length, 1)
})

test('[LV6] a suspended room does not go on the air until it is restored', () => {
  const room = new PureRoom({ started: false })
  room.do(testModerator, 'live.suspend', { reason: ' bad\u202e thing ' })
  assert.equal(status(room), 'suspended')
  assert.equal(live(room).reason, 'bad thing')
  assert.deepEqual(report(room, 'Started', 's1', 0), { applied: false })
  room.do(testModerator, 'live.restore')
  assert.equal(status(room), 'idle')
  report(room, 'Started', 's2', 1)
  assert.equal(status(room), 'live')
  assert.equal(live(room).reason, undefined)
})

test('[LV7] a suspension keeps the session that it hits, until its stream ends', () => {
  const room = new PureRoom()
  room.do(testModerator, 'live.suspend', { reason: 'spam' })
  room.do(testModerator, 'live.suspend', { reason: 'again' })
  assert.equal(room.events('live.suspended').length, 1)
  room.do(testModerator, 'live.restore', { reason: 'a mistake' })
  assert.equal(status(room), 'live')
  room.do(testModerator, 'live.suspend', { reason: 'spam' })
  report(room, 'Ended')
  assert.equal(room.events('live.ended')[0].status, 'suspended')
  assert.equal(status(room), 'suspended')
  room.do(testModerator, 'live.restore')
  assert.equal(status(room), 'ended')
})

test('[LV8] totals count views, peak, coins, gifts, danmaku and likes of the session', () => {
  const room = new PureRoom()
  room.tell('audience.report', { count: 8, joined: [], joinedCount: 8 })
  room.tell('audience.report', { count: 3, joined: [], joinedCount: 1 })
  room.do(ann, 'gift.send', { gift: 'heart', count: 3 })
  room.do(ann, 'danmaku.send', { text: 'hi' })
  room.do(ann, 'like.add', { count: 50 })
  const totals = { views: 9, peak: 8, coins: 30, gifts: 3, danmaku: 1, likes: 50, newFans: 0 }
  assert.deepEqual(live(room).totals, totals)
})

/** Streams one after the other; the last one may be on. */
const streams = fc
  .array(fc.array(fc.constantFrom('Interrupted', 'Resumed'), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((lives) => fc.record({ lives: fc.constant(lives), over: fc.boolean() }))
  .map(({ lives, over }) => {
    let at = 0
    const reports = lives.flatMap((happened, index) => {
      const stream = `s${index}`
      const last = index === lives.length - 1
      const end = !last || over ? ['Ended'] : ['Resumed']
      return ['Started', ...happened, ...end].map((what) => ({ what, stream, at: (at += 1) }))
    })
    return { reports, last: `s${lives.length - 1}`, over }
  })

test('[LV9] reports that come twice, late and in any order end in the same place', () => {
  const disorder = streams.chain(({ reports, last, over }) =>
    fc.record({
      last: fc.constant(last),
      over: fc.constant(over),
      heard: fc.subarray(reports).chain((again) =>
        fc.shuffledSubarray([...reports, ...again], {
          minLength: reports.length + again.length,
        }),
      ),
    }),
  )
  fc.assert(
    fc.property(disorder, ({ heard, last, over }) => {
      const room = new PureRoom({ started: false })
      for (const { what, stream, at } of heard) report(room, what, stream, at)
      const { status, session } = live(room)
      if (over) assert.equal(session, undefined)
      else assert.deepEqual([status, session?.stream], ['live', last])
    }),
    { numRuns: 500 },
  )
})

test('[LV10] a stream that is over, or whose session the host ended, opens no session again', () => {
  const late = new PureRoom({ started: false })
  report(late, 'Ended', 's1', 10)
  assert.deepEqual(report(late, 'Started', 's1', 0), { applied: false })
  assert.equal(status(late), 'idle')
  const ended = new PureRoom()
  ended.do(testHost, 'live.end')
  report(ended, 'Interrupted', 's1', 10)
  report(ended, 'Resumed', 's1', 20)
  assert.equal(status(ended), 'ended')
})

test('[LV11] reports without a time are taken in the order in which they come', () => {
  const room = new PureRoom()
  for (let turn = 0; turn < 3; turn += 1) {
    assert.deepEqual(report(room, 'Interrupted'), { applied: true })
    assert.deepEqual(report(room, 'Interrupted'), { applied: false })
    assert.deepEqual(report(room, 'Resumed'), { applied: true })
    assert.deepEqual(report(room, 'Resumed'), { applied: false })
  }
})

test('[LV12] a session ends after 24 hours at the latest', () => {
  const room = new PureRoom()
  room.advance(sessionLimitMs - 1)
  assert.equal(status(room), 'live')
  room.advance(1)
  assert.equal(room.events('live.ended')[0].reason, 'limit')
  report(room, 'Resumed', 's1', sessionLimitMs)
  assert.equal(status(room), 'ended')
})

test('[LV13] titles are cleaned, at most 60 characters, and change by what is given', () => {
  const room = new PureRoom()
  const setup = { title: '  <b>Hi\u202e</b> ', cover: '/uploads/a.webp' }
  room.do(testHost, 'live.setup', setup)
  const { title, category, cover, host } = live(room)
  assert.deepEqual(
    { title, category, cover, host },
    {
      title: '<b>Hi</b>',
      category: 'music',
      cover: '/uploads/a.webp',
      host: { id: 'u_host', name: 'Host' },
    },
  )
  room.do(testHost, 'live.setup', { category: 'game' })
  assert.deepEqual([live(room).title, live(room).category], ['<b>Hi</b>', 'game'])
  assert.equal(room.refusal(testHost, 'live.setup', { title: '哈'.repeat(61) }), 'text.too_long')
  assert.equal(room.refusal(testHost, 'live.setup', { title: '\u200b' }), 'text.empty')
  for (const cover of [
    '//evil.example/a.png',
    'https://evil.example/a.png',
    '/a/../b.png',
    '/x.js',
  ]) {
    assert.equal(room.refusal(testHost, 'live.setup', { cover }), 'input.invalid')
  }
})

test('[LV14] a room is created once, for one host', () => {
  const room = new PureRoom({ created: false })
  const info = { title: 'A', category: 'music', host: { id: 'u_host', name: 'Host' } }
  assert.deepEqual(room.tell('live.create', info), { created: true })
  assert.deepEqual(room.tell('live.create', info), { created: false })
  const other = { ...info, host: { id: 'u_ann', name: 'Ann' } }
  assert.throws(() => room.tell('live.create', other), { code: 'live.exists' })
})

test('[LV15] at most 64 streams are remembered', () => {
  const room = new PureRoom()
  for (let i = 0; i < 3 * streamCap; i += 1) report(room, 'Ended', `x${i}`)
  assert.equal((room.state['live'] as LiveState).streams.size, streamCap)
  const last = `x${3 * streamCap - 1}`
  assert.deepEqual(report(room, 'Ended', last), { applied: false })
})

test('[LV16] a recording that is ready is told once', () => {
  const room = new PureRoom()
  const ready = { recording: 'r1', stream: 's1', seconds: 12.5 }
  assert.deepEqual(room.tell('live.recordingReady', ready), { applied: true })
  assert.deepEqual(room.tell('live.recordingReady', ready), { applied: false })
  assert.deepEqual(live(room).replay, { recording: 'r1', seconds: 12.5 })
})

test('[LV20] the session keeps the feature contract over random histories', () => {
  keepsFeatureContract('live', ({ totals, present: _, ...state }: LiveState) => {
    // Between its events a session's passing counts live in the state alone.
    return state.open ? state : { ...state, totals }
  })
})

test('[LV21] whatever is asked of the session, it refuses with RoomError or does it', () => {
  refusesHostileInput('live')
})
