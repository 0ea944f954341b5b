/** The RTMP port against publishers that are honest, impatient or hostile. */

import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { once } from 'node:events'
import { MediaHarness, eventually } from '../testing/media-harness.ts'
import {
  RtmpClient,
  aacConfig,
  aacFrame,
  amf,
  avcConfig,
  avcFrame,
  message,
} from '../testing/rtmp-client.ts'

const good = Buffer.from('FRAME-OF-THE-OWNER')
const evil = Buffer.from('FRAME-OF-AN-ATTACKER')
let media: MediaHarness

before(async () => {
  media = await MediaHarness.start({ tuning: { idleMs: 6000 } })
})
after(() => media.dispose())

/** An admitted publisher with a stream on air. */
async function publisher(live: string, key = media.key(live)) {
  const client = await RtmpClient.connect(media.rtmpPort)
  client.publish(key)
  assert.ok(await client.accepted())
  let time = 0
  const send = (payload = good) => {
    client.send(
      client.video(time, avcFrame(time % 400 === 0, payload)),
      client.audio(time, aacFrame(payload)),
    )
    time += 40
  }
  client.send(client.video(0, avcConfig), client.audio(0, aacConfig))
  send()
  const id = await eventually('the stream is on air', () => streamOf(live)?.id)
  return { client, key, id, send }
}

function streamOf(live: string) {
  return media.node.streams.all.find((stream) => stream.key.live === live)
}

/** An HTTP-FLV viewer that keeps what it gets. */
async function watch(id: string) {
  const stop = new AbortController()
  const response = await fetch(media.url('flv', id), { signal: stop.signal })
  assert.equal(response.status, 200)
  const seen: Buffer[] = []
  const done = (async () => {
    for await (const part of response.body!) seen.push(Buffer.from(part))
  })().catch(() => {})
  return {
    count: (needle: Buffer) =>
      Buffer.concat(seen).toString('latin1').split(needle.toString()).length - 1,
    stop: () => (stop.abort(), done),
  }
}

test('[MD20] a publisher with a key of the platform goes on air under an id that is not its key', async () => {
  const { client, key, id } = await publisher('ok')
  assert.equal(media.store.rows.get(id)?.key.live, 'ok')
  assert.notEqual(id, key)
  await client.hangUp()
})

test('[MD21] a wrong, malformed or misplaced key is refused with a reason, and nothing is opened', async () => {
  const wrong = [
    randomBytes(24).toString('base64url'),
    'x',
    '',
    '../../etc',
    'a'.repeat(4000),
    'key%20',
    '💥'.repeat(9),
  ]
  for (const [key, app] of [
    ...wrong.map((key) => [key, 'live'] as const),
    [media.key('other'), 'vod'] as const,
  ]) {
    const client = await RtmpClient.connect(media.rtmpPort)
    client.publish(key, app)
    assert.equal(await client.accepted(), false)
    assert.match(client.received.toString('latin1'), /NetStream\.Publish\.BadName/)
    await client.until(() => client.dismissed)
    await client.hangUp()
  }
  assert.equal(streamOf('other'), undefined)
})

test('[MD22] a refused publisher that ignores our farewell and goes on sending is not heard by anyone', async () => {
  const owner = await publisher('victim')
  const viewer = await watch(owner.id)
  const attacker = await RtmpClient.connect(media.rtmpPort)
  // The attack of the library's day: name the victim's path, ignore the refusal, send frames.
  const frames = [0, 40, 80].map((time) => attacker.video(time, avcFrame(true, evil)))
  attacker.send(
    attacker.greeting(),
    attacker.command('publish', 5, null, owner.id, 'live'),
    ...frames,
  )
  assert.equal(await attacker.accepted(), false)
  while (!attacker.closed) {
    attacker.send(attacker.video(120, avcFrame(true, evil)), attacker.audio(120, aacFrame(evil)))
    await new Promise(setImmediate)
  }
  const before = viewer.count(good)
  await eventually(
    'the owner is still heard',
    () => (owner.send(), viewer.count(good) > before + 4),
  )
  assert.equal(viewer.count(evil), 0)
  await Promise.all([viewer.stop(), owner.client.hangUp()])
})

test('[MD23] a second publisher with the same valid key is refused, and the first goes on undisturbed', async () => {
  const owner = await publisher('twice')
  const viewer = await watch(owner.id)
  const attacker = await RtmpClient.connect(media.rtmpPort)
  attacker.send(
    attacker.greeting(),
    attacker.command('publish', 5, null, owner.key, 'live'),
    attacker.video(0, avcConfig),
    attacker.video(0, avcFrame(true, evil)),
  )
  assert.equal(await attacker.accepted(), false)
  assert.match(attacker.received.toString('latin1'), /being streamed already/)
  while (!attacker.closed) {
    attacker.send(attacker.video(40, avcFrame(true, evil)))
    await new Promise(setImmediate)
  }
  const before = viewer.count(good)
  await eventually(
    'the owner is still heard',
    () => (owner.send(), viewer.count(good) > before + 4),
  )
  assert.equal(viewer.count(evil), 0)
  assert.equal(media.store.log.filter((line) => line.endsWith(owner.id)).length, 1)
  await Promise.all([viewer.stop(), owner.client.hangUp()])
})

test('[MD23] of two publishers that ask with one key at the same time, one is admitted', async () => {
  const key = media.key('race')
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  media.store.fault = (call) => (call === 'verifyKey' ? gate : undefined)
  const clients = await Promise.all([1, 2, 3].map(() => RtmpClient.connect(media.rtmpPort)))
  for (const client of clients) client.publish(key)
  open()
  const verdicts = await Promise.all(clients.map((client) => client.accepted()))
  media.store.fault = () => {}
  assert.deepEqual(verdicts.sort(), [false, false, true])
  await Promise.all(clients.map((client) => client.hangUp()))
})

test('[MD24] media sent before the verdict is held, in bounds, and flows only after it', async () => {
  const key = media.key('eager')
  let open = () => {}
  const gate = new Promise<void>((resolve) => (open = resolve))
  let asked = false
  media.store.fault = (call) => {
    asked ||= call === 'verifyKey'
    return gate
  }
  const client = await RtmpClient.connect(media.rtmpPort)
  client.send(
    client.greeting(),
    client.command('publish', 5, null, key, 'live'),
    client.video(0, avcConfig),
    client.video(0, avcFrame(true, good)),
  )
  await eventually('the question is asked', () => asked)
  assert.equal(streamOf('eager'), undefined)
  open()
  assert.ok(await client.accepted())
  await eventually('the held frame opened the stream', () => streamOf('eager')?.id)
  media.store.fault = () => {}
  await client.hangUp()
})

test('[MD25] a database that does not answer admits nobody', async () => {
  media.store.fault = (call) => {
    if (call === 'verifyKey') throw new Error('the database is gone')
  }
  const client = await RtmpClient.connect(media.rtmpPort)
  client.publish(media.key('dark'))
  assert.equal(await client.accepted(), false)
  media.store.fault = () => {}
  assert.equal(streamOf('dark'), undefined)
  await client.hangUp()
})

test('[MD26] a connection that says nothing, or stops half-way, is closed in time', async () => {
  const hasty = await MediaHarness.start({ tuning: { handshakeMs: 1500 } })
  for (const opening of [Buffer.alloc(0), Buffer.from([3]), Buffer.alloc(900, 3)]) {
    const socket = connect({ port: hasty.rtmpPort, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.write(opening)
    await once(socket.resume(), 'close')
  }
  const polite = await RtmpClient.connect(hasty.rtmpPort)
  polite.send(polite.greeting())
  await polite.until(() => polite.dismissed)
  await polite.hangUp()
  await hasty.dispose()
})

test('[MD27] a publisher that falls silent counts as lost', async () => {
  const { client, id } = await publisher('silent')
  await eventually('it is interrupted', () => media.store.rows.get(id)?.state === 'interrupted')
  await eventually('its connection is closed', () => client.dismissed)
  await client.hangUp()
})

test('[MD28] garbage, monstrous lengths and commands out of order close that connection and nothing else', async () => {
  const owner = await publisher('calm')
  const viewer = await watch(owner.id)
  const long = Buffer.alloc(12)
  long.writeUIntBE(0xffffff, 4, 3)
  long[7] = 9
  const setChunk = (size: number) => {
    const body = Buffer.alloc(4)
    body.writeUInt32BE(size)
    return message(2, 1, 0, 0, body)
  }
  const many = Buffer.concat(
    Array.from({ length: 60 }, (_, n) =>
      Buffer.concat([Buffer.from([n + 3]), long.subarray(1), Buffer.alloc(128)]),
    ),
  )
  const nested = Buffer.concat([
    amf('connect', 1),
    Buffer.alloc(15_000, Buffer.from([0x0a, 0, 0, 0, 1])),
  ])
  const hostile: ((client: RtmpClient) => Buffer)[] = [
    () => randomBytes(100_000),
    () => Buffer.concat([Buffer.from([3]), long.subarray(1), Buffer.alloc(200)]),
    () => many,
    () => setChunk(0),
    () => setChunk(0xffffffff),
    () => message(2, 1, 0, 0, Buffer.alloc(1)),
    () => message(3, 20, 0, 0, nested),
    () => message(3, 20, 0, 0, amf('connect', 1)),
    () => message(3, 20, 0, 0, amf('connect', 1, { app: 'live' })),
    () => message(3, 20, 0, 0, amf('connect', 1, { app: 'live', tcUrl: 'not a url' })),
    () => message(3, 20, 0, 0, Buffer.from([0x10, 0, 0])),
    (client) => Buffer.concat([client.greeting(), client.greeting()]),
    (client) => client.video(0, avcFrame(true, evil)),
    (client) => Buffer.concat([client.greeting(), client.command('play', 5, null, owner.id)]),
    (client) => client.command('publish', 5, null, owner.key),
  ]
  for (const [n, attack] of hostile.entries()) {
    const client = await RtmpClient.connect(media.rtmpPort)
    client.send(attack(client))
    // Sooner than the time for the handshake is over: it is seen, not waited for.
    await eventually(`attack ${n} is cut off`, () => (owner.send(), client.dismissed), 8000)
    await client.hangUp()
  }
  const before = viewer.count(good)
  await eventually(
    'the owner is still heard',
    () => (owner.send(), viewer.count(good) > before + 4),
  )
  assert.equal(viewer.count(evil), 0)
  await Promise.all([viewer.stop(), owner.client.hangUp()])
})

test('[MD28] an admitted publisher that turns to garbage is interrupted like a lost one', async () => {
  const { client, id, send } = await publisher('turned')
  send()
  client.send(randomBytes(200_000), randomBytes(200_000))
  await eventually('it is interrupted', () => media.store.rows.get(id)?.state === 'interrupted')
  await eventually('it is disconnected', () => client.dismissed)
  await client.hangUp()
})

test('[MD29] beyond the bound on waiting connections, new ones are closed and admitted ones stay', async () => {
  const owner = await publisher('crowd')
  const idle = Array.from({ length: 80 }, () =>
    connect({ port: media.rtmpPort, host: '127.0.0.1' }),
  )
  for (const socket of idle) socket.on('error', () => {}).resume()
  await eventually('some are closed', () => media.logged.some((line) => line.includes('crowded')))
  owner.send()
  assert.equal(owner.client.closed, false)
  for (const socket of idle) socket.destroy()
  await owner.client.hangUp()
})

test('[MD30] no key is ever logged', async () => {
  const keys = [...media.store.keys.keys()]
  assert.ok(keys.length > 5 && media.logged.length > 5)
  for (const key of keys) assert.ok(!media.logged.some((line) => line.includes(key)))
})
