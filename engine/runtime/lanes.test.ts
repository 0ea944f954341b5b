import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileKind } from '../kernel/compiled-kind.ts'
import type { Lane } from '../kernel/feature.ts'
import { readServerFrame } from '../wire/colyseus.ts'
import { Audience } from './audience.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { FrameClock } from './frame-clock.ts'
import { OnceSet } from './once-set.ts'
import { Shaper } from './shaper.ts'
import { chatKind } from './testing/chat-kind.ts'

test('[RT18] lines within the budget pass in order; beyond it priority decides and the rest is counted', () => {
  const shaper = new Shaper<string>({ perSecond: 10, burst: 4 }, 0)
  for (const line of ['a', 'b', 'c']) shaper.offer(line, 0)
  assert.deepEqual(shaper.take(0), { lines: ['a', 'b', 'c'], shed: 0 })
  for (const [line, priority] of [
    ['d', 0],
    ['e', 1],
    ['f', 0],
    ['g', 2],
  ] as const) {
    shaper.offer(line, priority)
  }
  assert.deepEqual(shaper.take(100), { lines: ['e', 'g'], shed: 2 })
  assert.equal(shaper.waiting, false)
  for (let line = 0; line < 10_000; line += 1) shaper.offer(`${line}`, line === 5_000 ? 1 : 0)
  assert.deepEqual(shaper.take(300), { lines: ['0', '5000'], shed: 9_998 })
})

test('[RT18] every line passes or is counted, and a viewer gets at most burst + rate × time', () => {
  const ticks = fc.array(
    fc.tuple(fc.nat(1_000), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 200 })),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(ticks, (list) => {
      const shaper = new Shaper<number>({ perSecond: 15, burst: 15 }, 0)
      let [now, offered, passed, shed] = [0, 0, 0, 0]
      for (const [wait, priorities] of list) {
        now += wait
        for (const priority of priorities) shaper.offer(offered++, priority)
        const taken = shaper.take(now)
        passed += taken.lines.length
        shed += taken.shed
        assert.deepEqual(
          taken.lines,
          [...taken.lines].sort((a, b) => a - b),
        )
      }
      assert.equal(passed + shed, offered)
      assert.ok(passed <= 15 + (15 * now) / 1_000 + 1e-6)
    }),
  )
})

test('[RT19] a lane is sent at once after a pause, then once a window; close lanes go together', () => {
  let now = 0
  let timer: { at: number; task: () => void } | undefined
  const sent: [number, string][] = []
  const source = {
    now: () => now,
    after(ms: number, task: () => void) {
      const mine = { at: now + ms, task }
      timer = mine
      return () => void (timer = timer === mine ? undefined : timer)
    },
  }
  const windows = { must: 50, should: 200, may: 500 }
  const clock = new FrameClock(windows, source, (lanes) => sent.push([now, lanes.join()]))
  const run = (until: number): void => {
    while (timer && timer.at <= until) {
      const due = timer
      timer = undefined
      now = due.at
      due.task()
    }
    now = until
  }
  const touch = (...lanes: Lane[]): void => lanes.forEach((lane) => clock.touch(lane))
  touch('must', 'should')
  run(10)
  touch('must', 'must', 'should', 'may')
  run(60)
  touch('must')
  run(195)
  touch('must')
  run(1_000)
  assert.deepEqual(sent, [
    [0, 'must,should'],
    [10, 'may'],
    [50, 'must'],
    [100, 'must'],
    [195, 'must,should'],
  ])
  assert.equal(timer, undefined)
  touch('may')
  clock.flush()
  assert.deepEqual(sent.at(-1), [1_000, 'may'])
  touch('may')
  clock.stop()
  run(5_000)
  assert.equal(sent.length, 6)
})

test('[RT20] numbered events stay in order and contiguous; aggregates merge into one of a type', () => {
  const buffer = new FrameBuffer(compileKind(chatKind), { perSecond: 15, burst: 15 }, 0)
  const note = (text: string) => ({ type: 'chat.noted', data: { user: 'u', text }, at: 1 })
  const like = (count: number) => ({ type: 'chat.liked', data: { count }, at: 2 })
  const payloads = (lane: Lane): unknown[] =>
    buffer.take(lane, 0).frames.map((frame) => (readServerFrame(frame) as any).payload)
  buffer.add({ epoch: 1, firstSeq: 1, events: [note('a')] })
  buffer.add({ epoch: 1, firstSeq: 2, events: [note('b'), note('c')] })
  buffer.add({ epoch: 2, firstSeq: 4, events: [note('d')] })
  for (const count of [1, 2, 3]) buffer.add({ epoch: 2, firstSeq: 0, events: [like(count)] })
  buffer.add({ epoch: 2, firstSeq: 0, events: [{ type: 'of.no.feature', data: {}, at: 3 }] })
  const must = payloads('must') as any
  assert.deepEqual(
    must.map(([epoch, first, events]: any) => [
      epoch,
      first,
      events.map(([, { text }]: any) => text).join(''),
    ]),
    [
      [1, 1, 'abc'],
      [2, 4, 'd'],
    ],
  )
  assert.deepEqual(payloads('may'), [[2, [['chat.liked', { count: 6 }, 1 + 1]]]])
  for (const lane of ['must', 'should', 'may'] as const) assert.deepEqual(payloads(lane), [])
})

test('[RT21] a user with two devices is one viewer; who returns or is a guest is no arrival', () => {
  const audience = new Audience()
  const asker = (id: string, roles = ['user']) => ({ id, name: id.toUpperCase(), roles })
  audience.entered(asker('a'), false)
  audience.entered(asker('a'), false)
  audience.entered(asker('g', ['guest']), false)
  audience.entered(asker('b'), true)
  assert.deepEqual(audience.report(), {
    count: 3,
    joined: [{ id: 'a', name: 'A' }],
    joinedCount: 1,
  })
  assert.equal(audience.report(), undefined)
  audience.left(asker('a'))
  assert.equal(audience.report(), undefined)
  audience.left(asker('a'))
  assert.deepEqual(audience.report(), { count: 2, joined: [], joinedCount: 0 })
  for (const id of ['c', 'd', 'e', 'f']) audience.entered(asker(id), false)
  const { joined, joinedCount } = audience.report()!
  assert.deepEqual([joined.map(({ id }) => id).join(''), joinedCount], ['def', 4])
  audience.forget()
  assert.equal(audience.report()!.count, 6)
})

test('[RT22] a used ticket is remembered for as long as tickets live, and forgotten later', () => {
  const set = new OnceSet(100)
  const firsts = [0, 50, 99, 100, 150, 199, 210, 260].map((now) => set.take(now, now))
  assert.ok(firsts.every(Boolean))
  for (const [id, now] of [
    [210, 300],
    [260, 300],
    [260, 355],
  ] as const) {
    assert.equal(set.take(id, now), false, `${id}`)
  }
  assert.equal(set.take(0, 300), true)
  fc.assert(
    fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 40 }), (steps) => {
      const once = new OnceSet(100)
      let now = 0
      const takenAt = new Map<number, number>()
      for (const [index, step] of steps.entries()) {
        now += step
        for (const [id, at] of takenAt) if (now - at <= 100) assert.equal(once.take(id, now), false)
        takenAt.set(index * 1_000, now)
        assert.equal(once.take(index * 1_000, now), true)
      }
    }),
  )
})
