import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { route, type Route } from '../../services/route.ts'
import { jsonLimit, parseJson, readBytes, readJson } from './body.ts'
import { addressReader, budgetKey } from './client-address.ts'
import { Origins } from './origins.ts'
import { problem, statusOf } from './problem.ts'
import { createCounters, RateLimits } from './rate-limit.ts'
import { Router } from './router.ts'

const post = (
  body: BodyInit,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Request => new Request('http://x/', { method: 'POST', body, headers })

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (error === undefined) return undefined
  assert.ok(error instanceof RoomError, String(error))
  return error.code
}

test('[HT2] a JSON body is read within its limit, of its type, in UTF-8', async () => {
  assert.deepEqual(await readJson(post('{"a":[1]}')), { a: [1] })
  assert.equal(await readJson(new Request('http://x/', { method: 'POST' })), undefined)
  assert.equal(
    await codeOf(readJson(post('{}', { 'content-type': 'text/plain' }))),
    'unsupported_type',
  )
  assert.equal(
    await codeOf(readJson(post('{}', { 'content-type': 'application/json; charset=utf-16' }))),
    'unsupported_type',
  )
  assert.equal(await codeOf(readJson(post('{"a":'))), 'malformed')
  assert.equal(await codeOf(readJson(post(new Uint8Array([0x22, 0xff, 0x22])))), 'malformed')
  assert.equal(await codeOf(readJson(post(`"${'x'.repeat(jsonLimit)}"`))), 'too_large')
})

test('[HT2] a body without an announced length is cut off at the limit', async () => {
  let pulled = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(16 * 1024))
    },
  })
  const request = new Request('http://x/', {
    method: 'POST',
    body: endless,
    duplex: 'half',
  } as RequestInit)
  assert.equal(await codeOf(readBytes(request, jsonLimit)), 'too_large')
  assert.ok(pulled <= 8, `${pulled} chunks were read`)
})

test('[HT2] keys that reach a prototype are refused, however they are written', () => {
  const bad = [
    '{"__proto__":{"admin":true}}',
    '{"a":[{"\\u005f_proto__":1}]}',
    '{"a":{"__proto__":null}}',
  ]
  for (const text of bad) assert.throws(() => parseJson(text), { code: 'malformed' }, text)
  assert.deepEqual(parseJson('{"a":"__proto__"}'), { a: '__proto__' })
  assert.equal(({} as any).admin, undefined)
})

test('[HT2] a deeply nested body does no harm', async () => {
  const nested = '['.repeat(30_000) + ']'.repeat(30_000)
  const parsed = await readJson(post(nested)).catch((error: RoomError) => error.code)
  assert.ok(Array.isArray(parsed) || parsed === 'malformed')
  const escaped = `${'{"a":'.repeat(9_000)}"\\u0041"${'}'.repeat(9_000)}`
  const again = await readJson(post(escaped)).catch((error: RoomError) => error.code)
  assert.ok(typeof again === 'object' || again === 'malformed')
})

test('[HT3] a refusal is a problem with its code, what helps and data for programs', async () => {
  const response = problem(
    new RoomError('slow_mode', 'Wait a moment.', { retry: 'retry', data: { retryInMs: 1500 } }),
  )
  assert.equal(response.status, 429)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.equal(response.headers.get('retry-after'), '2')
  assert.deepEqual(await response.json(), {
    type: 'urn:plaza:problem:slow_mode',
    title: 'Too Many Requests',
    status: 429,
    detail: 'Wait a moment.',
    code: 'slow_mode',
    retry: 'retry',
    data: { retryInMs: 1500 },
  })
})

test('[HT3] codes have fixed statuses, unknown ones go by what helps', () => {
  const status = (code: string, retry: 'no' | 'retry' | 'fix' | 'login' = 'no'): number =>
    statusOf(new RoomError(code, '', { retry }))
  assert.deepEqual(
    [
      status('unauthorized', 'login'),
      status('login.wrong', 'fix'),
      status('forbidden'),
      status('not_found'),
    ],
    [401, 401, 403, 404],
  )
  assert.deepEqual(
    [
      status('gift.unknown'),
      status('live.exists'),
      status('insufficient_balance'),
      status('room.lost', 'retry'),
    ],
    [404, 409, 402, 503],
  )
  assert.deepEqual([status('a.b', 'fix'), status('a.b', 'login'), status('a.b')], [400, 401, 409])
})

const routes = ['GET /api/live', 'POST /api/live', 'GET /api/live/:id', 'GET /api/live/mine'].map(
  (text): Route => {
    const [method, path] = text.split(' ') as ['GET', `/${string}`]
    return route({
      method,
      path,
      tag: 't',
      summary: '',
      access: 'public',
      rate: 'free',
      handle: async () => {},
    })
  },
)

test('[HT16] literal segments win over parameters; nothing else matches', () => {
  const router = new Router(routes)
  assert.equal(router.match('GET', '/api/live/mine')?.route.path, '/api/live/mine')
  assert.deepEqual(router.match('GET', '/api/live/a%2Fb')?.params, { id: 'a/b' })
  for (const path of ['/api/live/', '/api/live/a/b', '/api', '/', '//api/live'])
    assert.equal(router.match('GET', path), undefined, path)
  assert.throws(() => router.match('GET', '/api/live/%E0%A4'), { code: 'malformed' })
  assert.throws(() => new Router([...routes, routes[0]!]), /declared twice/)
})

test('[HT16] a known address under another method tells the methods that it has', () => {
  const router = new Router(routes)
  assert.throws(() => router.match('DELETE', '/api/live'), {
    code: 'method',
    data: { allow: ['GET', 'POST'] },
  })
})

const asked = (headers: Record<string, string>): Request =>
  new Request('http://10.0.0.9:2567/', { headers })

test('[HT9] forwarded headers count only behind a trusted proxy, from the right', () => {
  const forged = asked({
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    host: 'plaza.test',
  })
  assert.deepEqual(addressReader([])(forged, { ip: '203.0.113.5' }), {
    ip: '203.0.113.5',
    protocol: 'http',
    host: 'plaza.test',
  })
  const read = addressReader(['127.0.0.1', '10.0.0.0/8', '::1'])
  assert.deepEqual(read(forged, { ip: '203.0.113.5' }).ip, '203.0.113.5')
  assert.deepEqual(read(forged, { ip: '::ffff:127.0.0.1' }), {
    ip: '198.51.100.7',
    protocol: 'https',
    host: 'evil.example',
  })
  const chain = asked({ 'x-forwarded-for': '1.2.3.4, 198.51.100.7, 10.1.1.1' })
  assert.equal(read(chain, { ip: '127.0.0.1' }).ip, '198.51.100.7')
  assert.equal(read(asked({ 'x-forwarded-for': 'nonsense' }), { ip: '127.0.0.1' }).ip, '127.0.0.1')
  assert.equal(read(asked({ host: 'a"b/c' }), { ip: '203.0.113.5' }).host, undefined)
  assert.throws(() => addressReader(['nonsense']), /PLAZA_TRUST_PROXY/)
})

test('[HT8] an IPv6 network of /64 has one budget', () => {
  assert.equal(budgetKey('203.0.113.5'), '203.0.113.5')
  assert.equal(budgetKey('2001:db8:0:1::7'), budgetKey('2001:db8:0:1:a:b:c:d'))
  assert.notEqual(budgetKey('2001:db8:0:1::7'), budgetKey('2001:db8:0:2::7'))
  assert.equal(budgetKey('::1'), '0:0:0:0::/64')
})

test('[HT8] a spent budget refuses with the time to wait, others are not touched', async () => {
  const limits = new RateLimits(createCounters())
  for (let i = 0; i < 20; i++) await limits.charge('upload', 'user', 'u_1')
  const error = await (async () => limits.charge('upload', 'user', 'u_1'))().catch(
    (e: unknown) => e,
  )
  assert.ok(error instanceof RoomError && error.code === 'rate_limited')
  assert.ok(Number(error.data['retryInMs']) >= 1000)
  await limits.charge('upload', 'user', 'u_2')
  await limits.charge('read', 'user', 'u_1')
  await limits.charge('free', 'user', 'u_1')
})

test('[HT5] only listed origins may read from other sites', () => {
  const origins = new Origins('https://plaza.example', ['https://app.example'])
  const cors = (origin: string) => origins.cors(new Headers({ origin }), 'http://10.0.0.9:2567')
  assert.equal(cors('https://app.example')['access-control-allow-origin'], 'https://app.example')
  assert.equal(
    cors('https://plaza.example')['access-control-allow-origin'],
    'https://plaza.example',
  )
  for (const origin of [
    'https://evil.example',
    'null',
    'https://app.example.evil.example',
    'http://app.example',
  ])
    assert.deepEqual(cors(origin), { vary: 'origin' }, origin)
})

test('[HT6] a cookie counts from an allowed origin, or from a page that the browser calls our own', () => {
  const origins = new Origins(undefined, ['https://app.example'])
  const vouches = (headers: Record<string, string>) =>
    origins.vouchesFor(new Headers(headers), 'http://plaza.test')
  assert.equal(vouches({ origin: 'http://plaza.test' }), true)
  assert.equal(vouches({ origin: 'https://app.example' }), true)
  assert.equal(vouches({ 'sec-fetch-site': 'same-origin' }), true)
  for (const headers of [
    {},
    { origin: 'null' },
    { origin: 'http://evil.example' },
    { 'sec-fetch-site': 'same-site' },
  ])
    assert.equal(vouches(headers as Record<string, string>), false, JSON.stringify(headers))
  assert.equal(vouches({ origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' }), false)
})
