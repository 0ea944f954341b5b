/** The packager when ffmpeg dies, hangs or is old. */

import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { classifyAudio, classifyVideo } from '../flv/media-packet.ts'
import { Feed } from '../stream/feed.ts'
import { eventually, probe } from '../testing/media-harness.ts'
import { findFfmpeg } from './ffmpeg.ts'
import { Packager } from './packager.ts'

const run = promisify(execFile)
let folder: string
let flv: Buffer
let ffmpeg: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plaza-packager-'))
  ffmpeg = (await findFfmpeg()).path
  const file = join(folder, 'source.flv')
  // B-frames, as encoders for streaming send them by default.
  const picture = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180:rate=25',
    '-f',
    'lavfi',
    '-i',
    'sine',
  ]
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-bf',
    '2',
    '-g',
    '25',
    '-pix_fmt',
    'yuv420p',
  ]
  await run(ffmpeg, ['-v', 'error', ...picture, '-t', '6', ...video, '-c:a', 'aac', file])
  flv = await readFile(file)
})
after(() => rm(folder, { recursive: true, force: true }))

/** Pushes the seconds `from` to `to` of the source; without `configure` only frames. */
function play(feed: Feed, from: number, to: number, configure = true): void {
  for (const { type, time, body } of tags()) {
    const packet = type === 9 ? classifyVideo(body, time) : classifyAudio(body, time)
    const wanted = packet?.role === 'config' ? configure : time >= from * 1000 && time < to * 1000
    if (packet && wanted) feed.push(packet)
  }
  feed.recent()
}

function* tags(): Generator<{ type: number; time: number; body: Buffer }> {
  for (let at = 13; at < flv.length; at += 15 + flv.readUIntBE(at + 1, 3)) {
    const body = flv.subarray(at + 11, at + 11 + flv.readUIntBE(at + 1, 3))
    if (flv[at] !== 18) yield { type: flv[at]!, time: flv.readUIntBE(at + 4, 3), body }
  }
}

async function open(name: string, options: { ffmpeg?: string; segmentSeconds?: number } = {}) {
  const feed = new Feed()
  const crashes: boolean[] = []
  const packager = await Packager.open({
    feed,
    folder: join(folder, name),
    ffmpeg,
    segmentSeconds: 1,
    onCrash: (_detail, givenUp) => crashes.push(givenUp),
    ...options,
  })
  const text = async () => (await packager.playlists())?.media ?? ''
  return { feed, packager, crashes, text }
}

/** The process that writes into a folder. */
async function writer(name: string): Promise<number> {
  return eventually('ffmpeg runs', async () => {
    const { stdout } = await run('pgrep', ['-f', `${join(folder, name)}/`]).catch(() => ({
      stdout: '',
    }))
    return Number(stdout.trim().split('\n')[0]) || undefined
  })
}

test('[MD61] when ffmpeg dies it is started again, and the playlist goes on after a discontinuity', async () => {
  const { feed, packager, crashes, text } = await open('crash')
  play(feed, 0, 3)
  await eventually('a segment', async () => (await text()).includes('0-00000.m4s'))
  process.kill(await writer('crash'), 'SIGKILL')
  await eventually('it is noticed', () => crashes.length === 1)
  play(feed, 3, 6)
  feed.end()
  const packaged = await packager.finish()
  const playlist = await readFile(join(folder, 'crash', 'media.m3u8'), 'utf8')
  assert.match(
    playlist,
    /0-00000\.m4s[^]*#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="1-init\.mp4"[^]*#EXT-X-ENDLIST/,
  )
  assert.ok(packaged!.millis >= 3900 && packaged!.millis <= 6100, `${packaged!.millis} ms`)
  assert.deepEqual(crashes, [false])
})

test('[MD62] an ffmpeg that keeps dying is given up until the next publisher session', async () => {
  const broken = join(folder, 'broken')
  await writeFile(broken, '#!/bin/sh\nexit 1\n')
  await chmod(broken, 0o755)
  const { feed, packager, crashes } = await open('broken-out', { ffmpeg: broken })
  await eventually('it is given up', () => {
    play(feed, 0, 2)
    return crashes.at(-1) === true
  })
  assert.equal(crashes.length, 5)
  play(feed, 0, 6)
  feed.interrupt()
  play(feed, 0, 1)
  await eventually('it is tried again', () => crashes.length === 6)
  feed.end()
  assert.equal(await packager.finish(), undefined)
})

test('[MD62] an ffmpeg that is not there harms nobody', async () => {
  const { feed, packager, crashes } = await open('none-out', { ffmpeg: join(folder, 'nowhere') })
  play(feed, 0, 1)
  await eventually('it is noticed', () => crashes.length >= 1)
  feed.end()
  assert.equal(await packager.finish(), undefined)
})

test('[MD63] streams with B-frames keep their length, at the first picture and at the last', async () => {
  const { feed, packager } = await open('length')
  play(feed, 0, 6)
  feed.end()
  const packaged = await packager.finish()
  assert.ok(Math.abs(packaged!.millis - 6000) <= 150, `${packaged!.millis} ms`)
  const { codecs, seconds } = await probe(join(folder, 'length', 'index.m3u8'))
  assert.deepEqual(codecs, ['audio=aac', 'video=h264'])
  assert.ok(Math.abs(seconds - 6) <= 0.2, `${seconds} s`)
})

test('[MD64] the old ffmpeg that npm brings packages as well', async (t) => {
  let bundled: string
  try {
    bundled = (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
  } catch {
    t.skip('@ffmpeg-installer/ffmpeg has no binary for this machine')
    return
  }
  assert.equal((await findFfmpeg(undefined, '/nowhere')).from, 'bundled')
  const { feed, packager } = await open('bundled', { ffmpeg: bundled })
  play(feed, 0, 6)
  feed.end()
  const packaged = await packager.finish()
  assert.ok(Math.abs(packaged!.millis - 6000) <= 150, `${packaged!.millis} ms`)
  assert.deepEqual((await probe(join(folder, 'bundled', 'index.m3u8'))).codecs, [
    'audio=aac',
    'video=h264',
  ])
})

test('[MD65] a changed configuration begins a new run with an initialisation of its own', async () => {
  const { feed, packager } = await open('changed')
  play(feed, 0, 2)
  const config = [...tags()].find(({ type, body }) => type === 9 && body[1] === 0)!
  const changed = Buffer.from(config.body)
  changed[7] = changed[7]! ^ 0x80
  feed.push(classifyVideo(changed, 2000)!)
  play(feed, 2, 4, false)
  feed.end()
  await packager.finish()
  const playlist = await readFile(join(folder, 'changed', 'media.m3u8'), 'utf8')
  assert.match(playlist, /0-00000\.m4s[^]*#EXT-X-DISCONTINUITY[^]*1-init\.mp4[^]*1-00000\.m4s/)
})

test('[MD76] a configuration that changes again and again does not begin run after run', async () => {
  const { feed, packager, crashes } = await open('flapping', { segmentSeconds: 3600 })
  const config = [...tags()].find(({ type, body }) => type === 9 && body[1] === 0)!
  const changed = Buffer.from(config.body)
  for (let n = 0; n < 20; n++) {
    changed[7] = n
    feed.push(classifyVideo(changed, 0)!)
    play(feed, 0, 0.5, false)
  }
  assert.deepEqual(crashes, [false, false, false, false, true])
  feed.end()
  await packager.finish()
  const runs = (await readdir(join(folder, 'flapping'))).filter((name) =>
    name.endsWith('-run.m3u8'),
  )
  assert.ok(runs.length <= 5, runs.join())
})
