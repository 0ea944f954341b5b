/** Rules of a stream's life, with the database failing at will and no sockets. */

import { afterEach, beforeEach, mock, test } from 'node:test'
import assert from 'node:assert/strict'
import type { Publisher, Source } from '../ingest/door.ts'
import { classifyVideo } from '../flv/media-packet.ts'
import { MemoryStreamStore } from '../testing/memory-stream-store.ts'
import { avcConfig, avcFrame } from '../testing/rtmp-client.ts'
import { LiveStreams, type LiveStreamsOptions } from './live-streams.ts'
import { WriteQueue } from './write-queue.ts'

let store: MemoryStreamStore
let errors: unknown[]
let opened: string[]

beforeEach(() => {
  store = new MemoryStreamStore()
  store.addKey('key', 'live')
  errors = []
  opened = []
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
})
afterEach(() => mock.timers.reset())

function streamsOf(options: Partial<LiveStreamsOptions> = {}): LiveStreams {
  return new LiveStreams({
    store,
    graceMs: 0,
    maxStreams: 10,
    maxKbps: 10_000,
    verifyMs: 1000,
    onOpen: (stream) => void opened.push(stream.id!),
    onEnd: (stream) => stream.settled(),
    onError: (_stream, error) => void errors.push(error),
    ...options,
  })
}

class TestPublisher implements Publisher {
  reasons: string[] = []
  source: Source | undefined

  close(reason: string): void {
    this.reasons.push(reason)
    this.source?.closed()
  }

  async join(streams: LiveStreams, key = 'key'): Promise<this> {
    this.source = await streams.admit(key, this)
    return this
  }

  send(): void {
    for (const body of [avcConfig, avcFrame(true, Buffer.from('key'))])
      this.source!.packet(classifyVideo(body, 0)!)
  }
}

/** Lets promises run until none of them starts another. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

/** As `settle`, while the pauses between tries pass. */
async function settleWithRetries(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    mock.timers.tick(5000)
    await settle()
  }
}

test('[MD66] a stream that cannot be written down is not shown, and its encoder is told to come again', async () => {
  const streams = streamsOf()
  store.fault = (call) => {
    if (call === 'start') throw new Error('the database is gone')
  }
  const publisher = await new TestPublisher().join(streams)
  publisher.send()
  await settle()
  assert.equal(streams.all.length, 0)
  assert.deepEqual(opened, [])
  assert.deepEqual(publisher.reasons, ['The server cannot take the stream now; connect again.'])
  assert.equal(errors.length, 1)
})

test('[MD67] what happens while the database is away is written in order once it is back', async () => {
  const streams = streamsOf({ graceMs: 60_000 })
  const first = await new TestPublisher().join(streams)
  first.send()
  await settle()
  let away = true
  store.fault = (call) => {
    if (away && call.startsWith('stream.')) throw new Error('the database is gone')
  }
  first.source!.closed()
  const second = await new TestPublisher().join(streams)
  second.send()
  streams.find(opened[0]!)!.end('live.ended')
  await settle()
  assert.equal(store.log.length, 1)
  away = false
  await settleWithRetries()
  const events = store.log.map((line) => line.split(' ')[0])
  assert.deepEqual(events, [
    'stream.started',
    'stream.interrupted',
    'stream.resumed',
    'stream.ended:live.ended',
  ])
})

test('[MD67] a write is given up after its tries, reported, and those behind it are done', async () => {
  const done: string[] = []
  const failures: unknown[] = []
  const queue = new WriteQueue((error) => failures.push(error), { firstDelayMs: 1 })
  let tries = 0
  queue.add(async () => {
    tries++
    throw new Error('never')
  })
  queue.add(async () => void done.push('next'))
  await settleWithRetries()
  assert.deepEqual([tries, failures.length, done], [6, 1, ['next']])
})

test('[MD68] a stream whose row belongs to another is let go of without a word', async () => {
  const streams = streamsOf({ graceMs: 60_000 })
  await streams.start()
  const publisher = await new TestPublisher().join(streams)
  publisher.send()
  await settle()
  store.rows.get(opened[0]!)!.state = 'ended'
  mock.timers.tick(2000)
  await settle()
  assert.equal(streams.all.length, 0)
  assert.equal(publisher.reasons.length, 1)
  assert.deepEqual(
    store.log.map((line) => line.split(' ')[0]),
    ['stream.started'],
  )
})

test('[MD69] health is reported while the publisher is away: a silent node counts as dead', async () => {
  const streams = streamsOf({ graceMs: 60_000 })
  await streams.start()
  const publisher = await new TestPublisher().join(streams)
  publisher.send()
  await settle()
  publisher.source!.closed()
  mock.timers.tick(2000)
  await settle()
  assert.equal(store.rows.get(opened[0]!)?.health?.kbps !== undefined, true)
  assert.equal(streams.all[0]?.state, 'interrupted')
})

test('[MD70] coming back without sending anything does not prolong the grace', async () => {
  let now = 0
  const clock = mock.method(performance, 'now', () => now)
  const pass = async (ms: number) => {
    now += ms
    mock.timers.tick(ms)
    await settle()
  }
  const streams = streamsOf({ graceMs: 30_000 })
  const publisher = await new TestPublisher().join(streams)
  publisher.send()
  await settle()
  publisher.source!.closed()
  await pass(29_000)
  const idle = await new TestPublisher().join(streams)
  await pass(10)
  idle.source!.closed()
  await pass(900)
  assert.equal(streams.all.length, 1)
  await pass(100)
  assert.equal(store.log.at(-1)?.split(' ')[0], 'stream.ended:lost')
  clock.mock.restore()
})

test('[MD71] packets of anyone but the present publisher are ignored, whenever they come', async () => {
  const streams = streamsOf({ graceMs: 60_000 })
  const first = await new TestPublisher().join(streams)
  first.send()
  const former = first.source!
  former.closed()
  const second = await new TestPublisher().join(streams)
  second.send()
  const stream = streams.all[0]!
  const bytes = stream.meter.bytes
  former.packet(classifyVideo(avcFrame(true, Buffer.from('late')), 40)!)
  former.announce(1)
  former.closed()
  assert.equal(stream.meter.bytes, bytes)
  assert.equal(stream.state, 'live')
  await assert.rejects(new TestPublisher().join(streams), { code: 'publish.busy' })
})

test('[MD72] the next stream of a live is written down after the former one is closed', async () => {
  const streams = streamsOf()
  const first = await new TestPublisher().join(streams)
  first.send()
  await settle()
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  store.fault = (call) => (call.startsWith('stream.ended') ? gate : undefined)
  streams.all[0]!.end('live.ended')
  const second = await new TestPublisher().join(streams)
  second.send()
  await settle()
  assert.equal(opened.length, 1)
  release()
  await settle()
  assert.equal(opened.length, 2)
  assert.deepEqual(second.reasons, [])
})

test('[MD73] letting go leaves rows open; ending closes them, and waits until that is written', async () => {
  for (const how of ['release', 'end'] as const) {
    const streams = streamsOf()
    const publisher = await new TestPublisher().join(streams)
    publisher.send()
    await settle()
    await streams.close(how)
    const id = opened.at(-1)!
    assert.equal(store.rows.get(id)?.state, how === 'end' ? 'ended' : 'live')
    assert.equal(publisher.reasons.length, 1)
    store.rows.clear()
    await assert.rejects(streams.admit('key', publisher), { code: 'publish.unavailable' })
  }
})
