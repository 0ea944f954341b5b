/** Rules of the fan-out: where viewers may start, what they get, how time runs. */

import { test, mock } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { classifyAudio, classifyVideo, type MediaPacket } from '../flv/media-packet.ts'
import { aacConfig, aacFrame, avcConfig, avcFrame } from '../testing/rtmp-client.ts'
import { Feed, type Chunk } from './feed.ts'
import { Meter } from './meter.ts'
import { Timeline } from './timeline.ts'

const video = (time: number, body: Buffer) => classifyVideo(body, time)!
const audio = (time: number, body: Buffer) => classifyAudio(body, time)!
const key = (time: number, text = 'key') => video(time, avcFrame(true, Buffer.from(text)))
const inter = (time: number, text = 'inter') => video(time, avcFrame(false, Buffer.from(text)))
const sound = (time: number) => audio(time, aacFrame(Buffer.from('sound')))

function feedOf(...packets: MediaPacket[]) {
  const feed = new Feed()
  const chunks: Chunk[] = []
  const signs: string[] = []
  feed.listen({
    chunk: (chunk) => chunks.push(chunk),
    interrupted: () => signs.push('interrupted'),
    ended: () => signs.push('ended'),
  })
  for (const packet of packets) feed.push(packet)
  feed.recent()
  return {
    feed,
    chunks,
    signs,
    text: () => Buffer.concat(chunks.map(({ data }) => data)).toString('latin1'),
  }
}

/** Times of the tags in FLV bytes, per kind. */
function times(data: Buffer): { audio: number[]; video: number[] } {
  const found = { audio: [] as number[], video: [] as number[] }
  for (let at = 0; at < data.length; at += 15 + data.readUIntBE(at + 1, 3)) {
    found[data[at] === 8 ? 'audio' : 'video'].push(
      data.readUIntBE(at + 4, 3) + data[at + 7]! * 2 ** 24,
    )
  }
  return found
}

test('[MD6] nothing is passed on before a configuration and a keyframe', () => {
  const { feed, chunks } = feedOf(inter(0), key(40), video(80, avcConfig), inter(80), sound(90))
  assert.equal(chunks.length, 0)
  assert.equal(feed.started, false)
  feed.push(key(120))
  feed.recent()
  assert.equal(chunks.length, 1)
  assert.ok(chunks[0]!.key)
})

test('[MD7] what a newcomer gets is the configuration and everything since the last keyframe', () => {
  const { feed } = feedOf(
    video(0, avcConfig),
    audio(0, aacConfig),
    key(0, 'old'),
    inter(40, 'older'),
    key(80, 'new'),
    sound(90),
    inter(120, 'newer'),
  )
  const opening = feed.opening()
  assert.equal(opening.toString('latin1', 0, 3), 'FLV')
  assert.equal(opening[4], 5)
  assert.ok(opening.includes(avcConfig) && opening.includes(aacConfig))
  const recent = feed.recent()
  assert.ok(recent[0]!.key)
  const text = Buffer.concat(recent.map(({ data }) => data)).toString('latin1')
  assert.ok(
    text.includes('new') &&
      text.includes('sound') &&
      text.includes('newer') &&
      !text.includes('old'),
  )
})

test('[MD7] the header announces only the tracks that are there', () => {
  assert.equal(feedOf(video(0, avcConfig), key(0)).feed.opening()[4], 1)
  assert.equal(feedOf(audio(0, aacConfig), sound(0)).feed.opening()[4], 4)
})

test('[MD8] a repeated configuration is no change; another one marks the next keyframe', () => {
  const other = Buffer.from(avcConfig)
  other[7] = 0x1f
  const { feed, chunks } = feedOf(video(0, avcConfig), key(0), video(40, avcConfig), key(40))
  assert.deepEqual(
    chunks.map(({ reconfigured }) => reconfigured),
    [true, false],
  )
  feed.push(inter(80))
  feed.push(video(120, other))
  assert.equal(feed.recent().length, 0, 'frames under the former configuration are forgotten')
  feed.push(key(120))
  feed.recent()
  assert.deepEqual(chunks.map(({ reconfigured }) => reconfigured).slice(-1), [true])
  assert.ok(
    Buffer.concat(chunks.map(({ data }) => data)).includes(other),
    'viewers on the line get it too',
  )
})

test("[MD8] viewers who wait through an interruption get the new publisher's configuration first", () => {
  const other = Buffer.from(avcConfig)
  other[7] = 0x1f
  const { feed, chunks, signs } = feedOf(video(0, avcConfig), key(0), inter(40))
  feed.interrupt()
  feed.push(video(0, other))
  feed.push(key(0, 'again'))
  feed.recent()
  const last = chunks.at(-1)!
  assert.ok(last.key && last.reconfigured)
  assert.ok(last.data.indexOf(other) < last.data.indexOf('again') && last.data.includes(other))
  assert.deepEqual(signs, ['interrupted'])
})

test('[MD9] sound alone is passed on once no video came for a while', () => {
  const { feed, chunks } = feedOf(audio(0, aacConfig), sound(0), sound(500), sound(1400))
  assert.equal(chunks.length, 0)
  feed.push(sound(1500))
  feed.recent()
  assert.ok(chunks[0]!.key)
})

test('[MD10] packets are gathered and passed on within 30 ms', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const feed = new Feed()
  let chunks = 0
  feed.listen({ chunk: () => chunks++, interrupted() {}, ended() {} })
  for (const packet of [video(0, avcConfig), key(0), inter(10), inter(20)]) feed.push(packet)
  assert.equal(chunks, 0)
  mock.timers.tick(30)
  assert.equal(chunks, 1)
  mock.timers.reset()
})

test('[MD11] on whatever clocks publishers come, time never goes back within a track and never leaps', () => {
  const step = fc.oneof(
    fc.integer({ min: -50, max: 200 }),
    fc.integer({ min: -4e9, max: 4e9 }),
    fc.constant('cut'),
  )
  const packets = fc.array(fc.tuple(fc.constantFrom('audio', 'video'), step), { maxLength: 200 })
  fc.assert(
    fc.property(packets, (moves) => {
      const timeline = new Timeline()
      const last = { audio: 0, video: 0 }
      let time = 5_000_000
      let end = 0
      for (const [kind, move] of moves as ['audio' | 'video', number | 'cut'][]) {
        if (move === 'cut') {
          timeline.restart()
          time = 0
        } else time = Math.max(0, time + move)
        const at = timeline.place(kind, time)
        assert.ok(at >= last[kind] && at <= end + 10_000)
        last[kind] = at
        end = Math.max(end, at)
      }
    }),
  )
})

test('[MD11] a second publisher session continues where the first one ended', () => {
  const { feed, chunks } = feedOf(video(7000, avcConfig), key(7000), inter(7040), inter(7080))
  feed.interrupt()
  feed.push(key(0))
  feed.push(inter(40))
  feed.recent()
  const all = times(Buffer.concat(chunks.map(({ data }) => data))).video
  assert.deepEqual(all, [0, 40, 80, 100, 140])
})

test('[MD12] a group of pictures beyond the bound is not kept', () => {
  const { feed } = feedOf(video(0, avcConfig), key(0))
  const large = avcFrame(false, Buffer.alloc(1024 * 1024))
  for (let n = 1; n < 10; n++) feed.push(video(n * 40, large))
  assert.equal(feed.recent().length, 0)
  feed.push(key(400))
  assert.equal(feed.recent().length, 1)
})

test('[MD13] the meter tells rates since its last reading', () => {
  const meter = new Meter(0)
  const frame = (time: number, isKey: boolean) =>
    meter.count(video(time, avcFrame(isKey, Buffer.alloc(995))), time)
  for (let n = 0; n <= 50; n++) frame(n * 40, n % 25 === 0)
  assert.deepEqual(meter.take(2000), { kbps: 204, fps: 25.5, keyframeSeconds: 1 })
  assert.deepEqual(meter.take(4000), { kbps: 0, fps: 0, keyframeSeconds: 1 })
})
