import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createClient } from './create-client.ts'
import { Http } from './http.ts'
import { isReject, RejectError } from './reject-error.ts'
import { fakePlatform, json, problem } from './testing/fake-platform.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

test('[SD40] problem details become RejectError', async () => {
  const clock = new VirtualClock()
  const platform = fakePlatform({ clock, http: () => problem(409, 'live.exists', { id: 'x' }) })
  const error = await new Http(platform, 'http://plaza')
    .call('/api/live', { method: 'POST', body: {} })
    .catch((e: unknown) => e)
  assert.ok(isReject(error, 'live.exists'))
  assert.deepEqual(error.data, { id: 'x' })
  assert.equal(error.status, 409)
  assert.equal(error.retry, 'fix')
  assert.equal(error.message, 'It is live.exists.')
})

test('[SD40] whatever a server or proxy answers, a call gives JSON or a RejectError', async () => {
  const clock = new VirtualClock()
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('<html>', '', 'null', '[]', '{"code":7}'),
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: 599 }), body, async (status, text) => {
      const platform = fakePlatform({ clock, http: () => ({ status, body: text }) })
      const result = await new Http(platform, 'http://plaza').call('/x').catch((e: unknown) => e)
      if (status >= 200 && status < 300) {
        if (result instanceof Error) assert.ok(isReject(result, 'unreadable'))
      } else {
        assert.ok(result instanceof RejectError)
        assert.equal(typeof result.code, 'string')
        assert.equal(result.status, status)
        assert.ok(['no', 'retry', 'fix', 'login'].includes(result.retry))
      }
    }),
  )
})

test('[SD41] a call has a deadline and can be aborted, and leaves no timer', async () => {
  const clock = new VirtualClock()
  const platform = fakePlatform({ clock, http: () => new Promise(() => {}) })
  const http = new Http(platform, 'http://plaza')
  const late = http.call('/x')
  late.catch(() => {})
  await clock.advance(20_000)
  await assert.rejects(late, (error) => isReject(error, 'timeout') && error.retry === 'retry')
  const abort = new AbortController()
  const aborted = http.call('/x', { signal: abort.signal })
  abort.abort()
  await assert.rejects(aborted, (error) => isReject(error, 'aborted'))
  await assert.rejects(http.call('/x', { signal: abort.signal }), (error) =>
    isReject(error, 'aborted'),
  )
  assert.equal(clock.pending, 0)
})

test('[SD41] an unreachable server is `offline`', async () => {
  const clock = new VirtualClock()
  const platform = fakePlatform({
    clock,
    http: () => {
      throw new TypeError('fetch failed')
    },
  })
  await assert.rejects(new Http(platform, 'http://plaza').call('/x'), (error) =>
    isReject(error, 'offline'),
  )
  assert.equal(clock.pending, 0)
})

test('[SD42] uploads send the bytes as they are', async () => {
  const clock = new VirtualClock()
  const platform = fakePlatform({
    clock,
    http: () => json(200, { url: '/uploads/x.webp', width: 1, height: 1 }),
  })
  const client = createClient({ endpoint: 'http://plaza', platform })
  const bytes = Uint8Array.of(0x89, 0x50)
  await client.uploads.image(bytes, 'cover')
  const blob = new Blob([bytes], { type: 'image/png' })
  await client.uploads.image(blob, 'avatar')
  assert.deepEqual(
    platform.requests.map(({ method, url, body, headers }) => [
      method,
      url,
      body,
      headers['content-type'],
    ]),
    [
      ['POST', 'http://plaza/api/uploads?use=cover', bytes, 'application/octet-stream'],
      ['POST', 'http://plaza/api/uploads?use=avatar', blob, 'image/png'],
    ],
  )
})

test('names and cursors are escaped in addresses', async () => {
  const clock = new VirtualClock()
  const platform = fakePlatform({ clock, http: () => json(200, { items: [] }) })
  const client = createClient({ endpoint: 'http://plaza//', platform })
  await client.live.list({ q: '钢琴 & co', category: 'music' })
  await client.live.get('../admin')
  await client.wallet.entries()
  assert.deepEqual(
    platform.requests.map(({ url }) => url),
    [
      'http://plaza/api/live?q=%E9%92%A2%E7%90%B4%20%26%20co&category=music',
      'http://plaza/api/live/..%2Fadmin',
      'http://plaza/api/wallet/entries',
    ],
  )
})
