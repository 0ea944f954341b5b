/** Rules of slow viewers, on a connection whose pace the test sets. */

import { test, mock } from 'node:test'
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Chunk, Feed } from '../stream/feed.ts'
import { FlvViewer } from './flv-viewer.ts'

const limits = { skipBytes: 1000, dropBytes: 4000, patienceMs: 10_000 }

/** A response of which `take` says how much the client reads. */
class PacedResponse extends EventEmitter {
  writableLength = 0
  destroyed = false
  sent: string[] = []
  socket = { cork() {}, uncork() {} }

  write(data: Buffer): void {
    this.writableLength += data.length
    this.sent.push(data.toString('latin1', 0, 4))
  }

  take(bytes: number): void {
    this.writableLength = Math.max(0, this.writableLength - bytes)
  }

  end(): void {}

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function open(recent: readonly Chunk[] = []) {
  const response = new PacedResponse()
  const seen: string[] = []
  const feed = {
    recent: () => recent,
    opening: () => Buffer.from('OPEN'),
    configs: () => Buffer.from('CONF'),
    listen: () => () => seen.push('unlisten'),
  } as unknown as Feed
  const viewer = new FlvViewer(response as unknown as ServerResponse, feed, limits, {
    skip: () => seen.push('skip'),
    exit: (exit) => seen.push(exit),
  })
  return { viewer, response, seen }
}

function chunk(name: string, bytes: number, key = false): Chunk {
  return { data: Buffer.alloc(bytes, name.padEnd(4).slice(0, 4)), key, reconfigured: false }
}

test('[MD52] a viewer starts at a keyframe', () => {
  const { viewer, response } = open()
  viewer.chunk(chunk('p1', 10))
  viewer.chunk(chunk('K1', 10, true))
  viewer.chunk(chunk('p2', 10))
  assert.deepEqual(response.sent, ['OPEN', 'K1  ', 'p2  '])
})

test('[MD53] over its bound a viewer gets nothing more, and goes on at a keyframe once it has caught up', () => {
  const { viewer, response, seen } = open([chunk('K1', 600, true)])
  viewer.chunk(chunk('p1', 600))
  viewer.chunk(chunk('p2', 600))
  viewer.chunk(chunk('K2', 600, true))
  assert.deepEqual(response.sent, ['OPEN', 'K1  ', 'p1  '])
  assert.deepEqual(seen, ['skip'])
  response.take(2000)
  viewer.chunk(chunk('p3', 10))
  viewer.chunk(chunk('K3', 10, true))
  viewer.chunk(chunk('p4', 10))
  assert.deepEqual(response.sent.slice(3), ['CONF', 'K3  ', 'p4  '])
})

test('[MD53] however much is sent, what waits for a viewer stays within its bound and one chunk', () => {
  const { viewer, response } = open([chunk('K1', 500, true)])
  for (let n = 0; n < 10_000; n++) {
    viewer.chunk(chunk('x', 300, n % 50 === 0))
    if (n % 7 === 0) response.take(100)
    assert.ok(
      response.writableLength <= limits.skipBytes + 300 + 8,
      `${response.writableLength} bytes`,
    )
  }
})

test('[MD54] a viewer that takes nothing for the time of patience is dropped', () => {
  mock.timers.enable({ apis: ['Date'] })
  const clock = mock.method(performance, 'now', () => now)
  let now = 0
  const { viewer, response, seen } = open([chunk('K1', 800, true)])
  for (; now < 9_900; now += 100) viewer.chunk(chunk('p', 300))
  assert.equal(response.destroyed, false)
  for (; now < 10_300; now += 100) viewer.chunk(chunk('p', 300))
  assert.ok(response.destroyed)
  assert.deepEqual(seen, ['skip', 'unlisten', 'slow'])
  clock.mock.restore()
  mock.timers.reset()
})

test('[MD54] a viewer that takes little, but something, is skipped and not dropped', () => {
  let now = 0
  const clock = mock.method(performance, 'now', () => now)
  const { viewer, response } = open([chunk('K1', 800, true)])
  for (; now < 60_000; now += 100) {
    viewer.chunk(chunk('p', 300, now % 1000 === 0))
    response.take(30)
  }
  assert.equal(response.destroyed, false)
  clock.mock.restore()
})

test('[MD54] a viewer that stays over the hard bound is dropped, however it reads', () => {
  let now = 0
  const clock = mock.method(performance, 'now', () => now)
  const { viewer, response, seen } = open([chunk('K1', 9000, true)])
  for (; now < 10_200; now += 100) {
    viewer.chunk(chunk('p', 300))
    response.take(10)
  }
  assert.ok(response.destroyed)
  assert.equal(seen.at(-1), 'slow')
  clock.mock.restore()
})
