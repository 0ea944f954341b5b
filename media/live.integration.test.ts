/** A whole stream by a real encoder: watched live, interrupted, resumed, ended, replayed. */

import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MediaHarness, decode, eventually, probe } from './testing/media-harness.ts'
import { startTestStream, type TestStream } from './testing/test-stream.ts'

const both = ['audio=aac', 'video=h264']
const publishers: TestStream[] = []
let media: MediaHarness

before(async () => {
  media = await MediaHarness.start({
    config: { graceMs: 10_000 },
    tuning: { segmentSeconds: 1, drainMs: 1000 },
  })
})
after(async () => {
  await Promise.all(publishers.map((publisher) => publisher.kill()))
  await media.dispose()
})

async function publish(key: string, options: { seconds?: number; keyframeSeconds?: number } = {}) {
  const publisher = await startTestStream({
    url: media.address(key),
    width: 320,
    height: 180,
    ...options,
  })
  publishers.push(publisher)
  return publisher
}

function onAir(live: string): Promise<string> {
  return eventually(`${live} is on air`, () => idOf(live))
}

function idOf(live: string): string | undefined {
  return media.node.streams.all.find((stream) => stream.key.live === live)?.id
}

function events(id: string): string[] {
  return media.store.log
    .filter((line) => line.endsWith(` ${id}`))
    .map((line) => line.split(' ')[0]!)
}

async function mediaPlaylist(id: string): Promise<string> {
  const response = await fetch(media.url('hls', id, 'media.m3u8'))
  return response.status === 200 ? response.text() : ''
}

const segmentsIn = (playlist: string) => playlist.match(/^\d+-\d+\.m4s$/gm) ?? []

test('[MD31] HTTP-FLV and HLS of a live stream play and decode without an error', async () => {
  const publisher = await publish(media.key('play'))
  const id = await onAir('play')
  assert.deepEqual((await probe(media.url('flv', id))).codecs, both)
  const flv = await decode(media.url('flv', id), 1)
  assert.equal(flv.errors, '')
  assert.ok(flv.frames >= 20, `${flv.frames} frames in a second`)
  await eventually('two segments', async () => segmentsIn(await mediaPlaylist(id)).length >= 2)
  assert.deepEqual((await probe(media.url('hls', id))).codecs, both)
  const hls = await decode(media.url('hls', id), 1)
  assert.equal(hls.errors, '')
  assert.ok(hls.frames >= 20)
  await publisher.stop()
})

test('[MD32] the master playlist names the codecs, the size and a bandwidth', async () => {
  const publisher = await publish(media.key('master'))
  const id = await onAir('master')
  // Asked for at once, it is waited for.
  const response = await fetch(media.url('hls', id))
  assert.equal(response.status, 200)
  const text = await response.text()
  assert.match(text, /CODECS="avc1\.42c0[0-9a-f]{2},mp4a\.40\.2"/)
  assert.match(text, /RESOLUTION=320x180/)
  assert.ok(Number(/BANDWIDTH=(\d+)/.exec(text)?.[1]) > 50_000)
  await publisher.stop()
})

test('[MD33] an ended stream becomes a replay of the right duration, and stops being live', async () => {
  const publisher = await publish(media.key('replay'), { seconds: 5 })
  const id = await onAir('replay')
  await publisher.ended
  const recording = await eventually(
    'the recording',
    () => [...media.store.recordings].find(([, { stream }]) => stream === id),
    40_000,
  )
  const [name, { millis, bytes }] = recording
  assert.deepEqual(events(id), [
    'stream.started',
    'stream.interrupted',
    'stream.ended:lost',
    'recording.ready',
  ])
  assert.ok(Math.abs(millis - 5000) <= 1000, `${millis} ms`)
  assert.ok(bytes > 100_000)
  const playlist = await (await fetch(media.url('replay', name, 'media.m3u8'))).text()
  assert.match(playlist, /#EXT-X-ENDLIST\n$/)
  const replay = await probe(media.url('replay', name))
  assert.deepEqual(replay.codecs, both)
  assert.ok(Math.abs(replay.seconds - 5) <= 1, `${replay.seconds} s`)
  const { frames, errors } = await decode(media.url('replay', name), 60)
  assert.equal(errors, '')
  assert.ok(Math.abs(frames - 125) <= 25, `${frames} frames`)
  assert.equal((await fetch(media.url('flv', id))).status, 404)
  await eventually(
    'HLS viewers are through',
    async () => (await fetch(media.url('hls', id))).status === 404,
  )
})

test('[MD34] a publisher that comes back within the grace continues its stream, in FLV and in HLS', async () => {
  const key = media.key('back')
  const first = await publish(key)
  const id = await onAir('back')
  await eventually('two segments', async () => segmentsIn(await mediaPlaylist(id)).length >= 2)
  const viewer = decode(media.url('flv', id), 6)
  await eventually('the viewer came', async () =>
    /change="came"} [1-9]/.test((await media.node.metrics.render()).text),
  )
  await first.kill()
  await eventually('it is interrupted', () => events(id).includes('stream.interrupted'))
  const before = segmentsIn(await mediaPlaylist(id))
  const second = await publish(key)
  await eventually('it is resumed', () => events(id).includes('stream.resumed'))
  assert.equal(idOf('back'), id)
  const resumed = await eventually('new segments', async () => {
    const playlist = await mediaPlaylist(id)
    return segmentsIn(playlist).some((name) => name.startsWith('1-')) && playlist
  })
  const after = segmentsIn(resumed)
  assert.deepEqual(after.slice(0, before.length), before)
  assert.equal(resumed.match(/#EXT-X-DISCONTINUITY\n/g)?.length, 1)
  assert.equal(resumed.match(/#EXT-X-MAP:/g)?.length, 2)
  const { frames, errors } = await viewer
  assert.equal(errors, '')
  assert.ok(frames >= 125, `${frames} frames on one timeline`)
  await second.stop()
  await eventually('it ends', () => events(id).includes('recording.ready'), 40_000)
  assert.deepEqual(events(id), [
    'stream.started',
    'stream.interrupted',
    'stream.resumed',
    'stream.interrupted',
    'stream.ended:lost',
    'recording.ready',
  ])
})

test('[MD35] a stop that is asked for ends the stream within seconds and disconnects its publisher', async () => {
  const key = media.key('stop')
  const publisher = await publish(key)
  const id = await onAir('stop')
  // Read from the start: fetch throws out of turn when a server closes what nobody reads.
  const { body } = await fetch(media.url('flv', id))
  const watched = body!.pipeTo(new WritableStream())
  media.store.keys.delete(key)
  media.store.requestStop(id, 'key.rotated')
  await publisher.ended
  await eventually('its row is closed', () => events(id).includes('stream.ended:key.rotated'))
  assert.ok(!events(id).includes('stream.interrupted'))
  await watched
  const again = await publish(key)
  await again.ended
  assert.equal(idOf('stop'), undefined)
})

test('[MD36] a new key while the former stream waits for its publisher begins a new stream', async () => {
  const first = await publish(media.key('fresh'))
  const id = await onAir('fresh')
  await first.kill()
  await eventually('it is interrupted', () => events(id).includes('stream.interrupted'))
  const second = await publish(media.key('fresh'))
  const next = await eventually('another is on air', () => {
    const now = idOf('fresh')
    return now !== id && now
  })
  assert.deepEqual(events(id).slice(0, 3), [
    'stream.started',
    'stream.interrupted',
    'stream.ended:key.rotated',
  ])
  assert.deepEqual(events(next), ['stream.started'])
  await second.stop()
})

test('[MD37] health tells bitrate, frame rate, keyframe distance, codecs and size as sent', async () => {
  const publisher = await publish(media.key('health'), { keyframeSeconds: 2 })
  const id = await onAir('health')
  const health = await eventually('a full report', () => {
    const report = media.store.rows.get(id)?.health
    return report?.keyframeSeconds !== undefined && Math.abs(report.fps - 25) < 5 && report
  })
  assert.ok(Math.abs(health.keyframeSeconds! - 2) < 0.1)
  assert.ok(health.kbps > 100 && health.kbps < 3000, `${health.kbps} kbit/s`)
  assert.deepEqual({ ...health.video, fps: 0 }, { codec: 'h264', width: 320, height: 180, fps: 0 })
  assert.equal(health.audioCodec, 'aac')
  await publisher.stop()
})

test('[MD38] a bitrate above the bound ends the stream', async () => {
  const small = await MediaHarness.start({ config: { maxKbps: 50 } })
  const publisher = await startTestStream({
    url: small.address(small.key('fat')),
    width: 320,
    height: 180,
  })
  publishers.push(publisher)
  await publisher.ended
  await eventually('its row is closed', () =>
    small.store.log.some((line) => line.startsWith('stream.ended:bitrate')),
  )
  await small.dispose()
})

test('[MD39] beyond the bound on streams, further publishers are refused', async () => {
  const small = await MediaHarness.start({ config: { maxStreams: 1 } })
  const first = await startTestStream({
    url: small.address(small.key('one')),
    width: 320,
    height: 180,
  })
  await eventually('it is on air', () => small.store.rows.size === 1)
  const second = await startTestStream({
    url: small.address(small.key('two')),
    width: 320,
    height: 180,
  })
  await second.ended
  assert.equal(small.store.rows.size, 1)
  await first.stop()
  await small.dispose()
})

test('[MD40] without recordings kept, a folder goes with the last viewers', async () => {
  const small = await MediaHarness.start({ config: { recordingDays: 0 }, tuning: { drainMs: 200 } })
  const publisher = await startTestStream({
    url: small.address(small.key('gone')),
    width: 320,
    height: 180,
  })
  const id = await eventually('it is on air', () => small.node.streams.all[0]?.id)
  await eventually('it is packaged', async () => (await fetch(small.url('hls', id))).status === 200)
  small.store.requestStop(id, 'live.ended')
  await publisher.ended
  await eventually(
    'the folder is gone',
    async () => (await readdir(join(small.dataDir, 'media'))).length === 0,
  )
  assert.equal(small.store.recordings.size, 0)
  await small.dispose()
})
