/** The HTTP port: who gets what, and what slow or hostile clients can do. */

import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { request } from 'node:http'
import { MediaHarness, eventually } from '../testing/media-harness.ts'
import { RtmpClient, aacConfig, aacFrame, avcConfig, avcFrame } from '../testing/rtmp-client.ts'

const recording = 'rec-1'
const stream = 'str-1'
let media: MediaHarness
let publisher: RtmpClient
let id: string
let time = 0

before(async () => {
  media = await MediaHarness.start({
    config: { maxViewers: 3 },
    tuning: { skipBytes: 256 * 1024, dropBytes: 1024 * 1024, patienceMs: 400 },
  })
  publisher = await RtmpClient.connect(media.rtmpPort)
  publisher.publish(media.key('edge'))
  assert.ok(await publisher.accepted())
  publisher.send(publisher.video(0, avcConfig), publisher.audio(0, aacConfig))
  frame(true)
  id = await eventually('it is on air', () => media.node.streams.all[0]?.id)
  const folder = join(media.dataDir, 'media', stream)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'index.m3u8'), '#EXTM3U\n')
  await writeFile(join(folder, 'media.m3u8'), '#EXTM3U\n#EXT-X-ENDLIST\n')
  await writeFile(join(folder, '0-00000.m4s'), 'segment')
  await writeFile(join(folder, '0-run.m3u8'), 'not to be served')
  media.store.recordings.set(recording, {
    millis: 1,
    bytes: 1,
    path: stream,
    stream,
    at: new Date(),
  })
})
after(async () => {
  await publisher.hangUp()
  await media.dispose()
})

function frame(key: boolean, payload = Buffer.alloc(100)) {
  publisher.send(
    publisher.video(time, avcFrame(key, payload)),
    publisher.audio(time, aacFrame(Buffer.alloc(20))),
  )
  time += 40
}

async function problem(url: string, init?: RequestInit) {
  const response = await fetch(url, init)
  const body = (await response.json()) as { code: string; status: number }
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.equal(body.status, response.status)
  return [response.status, body.code]
}

/** A request exactly as written: `fetch` would tidy the path. */
async function raw(path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  const sent = request({
    host: '127.0.0.1',
    port: media.mediaPort,
    path,
    method,
    agent: false,
  }).end()
  const [response] = await once(sent, 'response')
  let body = ''
  for await (const part of response) body += part
  return { status: response.statusCode, body }
}

async function metric(change: string): Promise<number> {
  const { text } = await media.node.metrics.render()
  return Number(new RegExp(`viewers_total\\{change="${change}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

const path = (url: string) => url.slice(`http://127.0.0.1:${media.mediaPort}`.length)

test('[MD41] without a token, with a forged, expired or foreign one, the answer is 403', async () => {
  const forbidden = [403, 'playback.forbidden']
  const good = media.url('flv', id)
  assert.deepEqual(await problem(good.split('?')[0]!), forbidden)
  assert.deepEqual(await problem(good.slice(0, -3) + 'AAA'), forbidden)
  assert.deepEqual(await problem(good.replace(id, 'another')), forbidden)
  assert.deepEqual(await problem(media.url('flv', id, '', -1)), [403, 'playback.expired'])
  const hls = media.url('hls', id)
  assert.deepEqual(await problem(hls.replace(`/${id}/`, '/another/')), forbidden)
  assert.deepEqual(await problem(hls.replace('/hls/', '/replay/')), forbidden)
  assert.deepEqual(await problem(hls.replace(/hls\/[^/]+/, 'hls/x')), forbidden)
  assert.deepEqual(await problem(media.url('replay', recording, 'index.m3u8', -1)), [
    403,
    'playback.expired',
  ])
  // A token for watching by FLV opens no segments, and the reverse.
  const token = new URL(good).searchParams.get('t')!
  assert.deepEqual(await problem(hls.replace(/hls\/[^/]+/, `hls/${token}`)), forbidden)
})

test('[MD42] what does not exist, or not any more, is 404, also with a good token', async () => {
  const missing = [404, 'playback.not_found']
  assert.deepEqual(await problem(media.url('flv', 'nothing')), missing)
  assert.deepEqual(await problem(media.url('hls', 'nothing')), missing)
  assert.deepEqual(await problem(media.url('replay', 'nothing')), missing)
  assert.deepEqual(await problem(media.url('replay', recording, '0-99999.m4s')), missing)
  for (const place of [
    '',
    'x',
    'flv',
    'flv/',
    'hls',
    'hls/a',
    'hls/a/b/c/d',
    'livez/x',
    'favicon.ico',
  ]) {
    assert.deepEqual(await problem(`http://127.0.0.1:${media.mediaPort}/${place}`), missing, place)
  }
})

test("[MD43] no path leads out of a stream's folder or to a file that is not for players", async () => {
  const base = path(media.url('replay', recording, ''))
  const names = [
    '../secret',
    '..%2fsecret',
    '%2e%2e/secret',
    '....//secret',
    '..\\secret',
    '/etc/passwd',
  ]
  names.push(
    '0-run.m3u8',
    'index.m3u8.tmp',
    '.',
    '..',
    '',
    'index.m3u8%00.m4s',
    '0-00000.m4s/',
    '*',
    '0-0.m4s\u0301',
  )
  for (const name of names) {
    const { status, body } = await raw(base + encodeURI(name).replaceAll('%25', '%'))
    assert.equal(status, 404, name)
    assert.ok(!body.includes('not to be served'))
  }
  media.store.recordings.set('evil', { millis: 1, bytes: 1, path: '../..', stream, at: new Date() })
  assert.equal((await fetch(media.url('replay', 'evil'))).status, 404)
})

test('[MD44] only GET and HEAD are served, for pages of every origin', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const response = await fetch(media.url('replay', recording), { method })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'GET, HEAD')
  }
  const head = await fetch(media.url('replay', recording, '0-00000.m4s'), { method: 'HEAD' })
  assert.equal(head.headers.get('content-length'), '7')
  assert.equal(await head.text(), '')
  assert.equal((await fetch(media.url('flv', id), { method: 'HEAD' })).status, 200)
  assert.equal((await fetch(media.url('flv', 'nothing'), { method: 'HEAD' })).status, 404)
  assert.equal((await fetch(media.url('replay', recording), { method: 'OPTIONS' })).status, 204)
  for (const url of [media.url('replay', recording), media.url('flv', 'nothing')]) {
    assert.equal((await fetch(url)).headers.get('access-control-allow-origin'), '*')
  }
})

test('[MD45] segments are cached for ever, playlists for a second, refusals not at all', async () => {
  const cacheOf = async (url: string) => (await fetch(url)).headers.get('cache-control')
  assert.match(
    (await cacheOf(media.url('replay', recording, '0-00000.m4s')))!,
    /max-age=31536000, immutable/,
  )
  assert.equal(await cacheOf(media.url('replay', recording)), 'public, max-age=1')
  assert.equal(await cacheOf(media.url('replay', 'nothing')), 'no-store')
})

test('[MD46] a newcomer gets header, configuration and the last keyframe at once', async () => {
  frame(true, Buffer.from('KEY-OF-THIS-GROUP'))
  frame(false, Buffer.from('AFTER'))
  const stop = new AbortController()
  const response = await fetch(media.url('flv', id), { signal: stop.signal })
  assert.equal(response.headers.get('content-type'), 'video/x-flv')
  let got = ''
  for await (const part of response.body!) {
    got += Buffer.from(part).toString('latin1')
    if (got.includes('AFTER')) break
  }
  stop.abort()
  assert.ok(got.startsWith('FLV\x01\x05'))
  const config = got.indexOf(avcConfig.toString('latin1'))
  assert.ok(config > 0 && config < got.indexOf('KEY-OF-THIS-GROUP'))
})

test('[MD47] a viewer who takes nothing is skipped, then dropped; others do not notice', async () => {
  const stalled = connect({ port: media.mediaPort, host: '127.0.0.1' })
  stalled.on('error', () => {})
  stalled.pause()
  stalled.write(`GET ${path(media.url('flv', id))} HTTP/1.1\r\nHost: x\r\n\r\n`)
  const stop = new AbortController()
  const healthy = await fetch(media.url('flv', id), { signal: stop.signal })
  let taken = 0
  const reading = (async () => {
    for await (const part of healthy.body!) taken += part.length
  })().catch(() => {})
  await eventually('both are watching', async () =>
    /plaza_media_viewers 2/.test((await media.node.metrics.render()).text),
  )
  let sent = 0
  const payload = Buffer.alloc(200_000, 7)
  await eventually('the stalled one is dropped', async () => {
    for (let n = 0; n < 5; n++) frame(n === 0, payload)
    sent += 5 * payload.length
    await eventually('the healthy one follows', () => taken >= sent)
    return (await metric('slow')) === 1
  })
  assert.ok((await metric('skipped')) >= 1)
  await eventually('the healthy one has all', () => taken >= sent)
  assert.equal(await metric('slow'), 1)
  stop.abort()
  await reading
  stalled.destroy()
})

test('[MD48] beyond the bound on viewers, newcomers get 503', async () => {
  await eventually('nobody watches', async () =>
    /plaza_media_viewers 0/.test((await media.node.metrics.render()).text),
  )
  const stop = new AbortController()
  const watch = () => fetch(media.url('flv', id), { signal: stop.signal })
  const seats = await Promise.all([watch(), watch(), watch()])
  assert.deepEqual(
    seats.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.deepEqual(await problem(media.url('flv', id)), [503, 'playback.full'])
  stop.abort()
  await eventually('a seat is free', async () => {
    const late = new AbortController()
    const { status } = await fetch(media.url('flv', id), { signal: late.signal })
    late.abort()
    return status === 200
  })
})

test('[MD49] long playlists travel compressed where the player allows it', async () => {
  const { serveHls } = await import('./hls-files.ts')
  const { createServer } = await import('node:http')
  const playlists = { master: '#EXTM3U\n', media: '#EXTINF:2,\n0-00000.m4s\n'.repeat(1000) }
  const source = { folder: media.dataDir, playlists: async () => playlists }
  const server = createServer((req, res) => void serveHls(req, res, source, req.url!.slice(1)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const ask = async (headers: Record<string, string>) => {
    const sent = request({ port, path: '/media.m3u8', headers, agent: false }).end()
    const [response] = await once(sent, 'response')
    const parts: Buffer[] = []
    for await (const part of response) parts.push(part)
    return { encoding: response.headers['content-encoding'], body: Buffer.concat(parts) }
  }
  const plain = await ask({})
  assert.equal(plain.body.toString(), playlists.media)
  const packed = await ask({ 'accept-encoding': 'br, gzip' })
  assert.equal(packed.encoding, 'gzip')
  assert.ok(packed.body.length < plain.body.length / 20)
  assert.equal(gunzipSync(packed.body).toString(), playlists.media)
  server.close()
})

test("[MD50] the stream's end ends the response, and the address is dead", async () => {
  const response = await fetch(media.url('flv', id))
  media.store.requestStop(id, 'live.ended')
  for await (const _part of response.body!) continue
  assert.deepEqual(await problem(media.url('flv', id)), [404, 'playback.not_found'])
})

test('[MD51] livez, readyz and metrics answer, and name no stream', async () => {
  const base = `http://127.0.0.1:${media.mediaPort}`
  assert.equal((await fetch(`${base}/livez`)).status, 200)
  assert.equal((await fetch(`${base}/readyz`)).status, 200)
  const metrics = await (await fetch(`${base}/metrics`)).text()
  assert.match(metrics, /plaza_media_viewers_total\{change="slow"\} 1/)
  assert.ok(!metrics.includes(id))
})
