import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from './create-client.ts'
import { Http } from './http.ts'
import type { HttpRequest, HttpResponse } from './platform.ts'
import { isReject } from './reject-error.ts'
import { FakeRoom } from './testing/fake-room.ts'
import { fakePlatform, json, problem } from './testing/fake-platform.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

/** Nodes by address; a node that is not there cannot be reached. */
function nodes(alive: Record<string, (request: HttpRequest) => HttpResponse | Promise<never>>) {
  const clock = new VirtualClock()
  const asked: string[] = []
  const platform = fakePlatform({
    clock,
    http: (request) => {
      const { origin, pathname } = new URL(request.url)
      asked.push(`${request.method} ${origin.slice(7)}${pathname}`)
      const node = alive[origin.slice(7)]
      if (!node) throw new Error('ECONNREFUSED')
      return node(request)
    },
  })
  return { clock, asked, alive, http: new Http(platform, 'http://a/') }
}

const ok = (): HttpResponse => json(200, {})

test('[SD63] a read goes to the next address when one cannot be reached, drains or is silent, and stays there', async () => {
  const { http, asked, alive, clock } = nodes({ b: ok })
  http.endpoints.learn(['http://b', 'http://c/', 'nonsense'])
  await http.call('/x')
  await http.call('/y')
  assert.deepEqual(asked, ['GET a/x', 'GET b/x', 'GET b/y'])
  assert.equal(http.endpoints.current, 'http://b')
  alive['b'] = () => problem(503, 'draining')
  alive['c'] = ok
  await http.call('/z')
  assert.equal(http.endpoints.current, 'http://c')
  alive['c'] = () => new Promise<never>(() => {})
  alive['a'] = ok
  const silent = http.call('/w')
  await clock.advance(8_000)
  await silent
  assert.deepEqual(asked.slice(3), ['GET b/z', 'GET c/z', 'GET c/w', 'GET a/w'])
  assert.equal(http.endpoints.current, 'http://a')
})

test('[SD63] where nobody answers each address is asked once, and a refusal is an answer', async () => {
  const { http, asked, alive } = nodes({})
  http.endpoints.learn(['http://b'])
  await assert.rejects(http.call('/x'), (error) => isReject(error, 'offline'))
  assert.deepEqual(asked, ['GET a/x', 'GET b/x'])
  alive['a'] = () => problem(404, 'not_found')
  await assert.rejects(http.call('/x'), (error) => isReject(error, 'not_found'))
  assert.equal(http.endpoints.current, 'http://a')
})

test('[SD64] what must not be done twice is rejected, and only the next call goes elsewhere; cookies stay at home', async () => {
  const { http, asked } = nodes({ b: ok })
  http.endpoints.learn(['http://b'])
  const pay = () => http.call('/pay', { method: 'POST', body: {} })
  await assert.rejects(pay(), (error) => isReject(error, 'offline'))
  await pay()
  const refresh = http.call('/refresh', { method: 'POST', cookies: true })
  await assert.rejects(refresh, (error) => isReject(error, 'offline'))
  assert.deepEqual(asked, ['POST a/pay', 'POST b/pay', 'POST a/refresh'])
})

test('[SD63] a room tells the other nodes with its seats, and its client comes back through one of them', async () => {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  const asked: string[] = []
  let dead = ''
  const platform = fakePlatform({
    clock,
    socket: (url) => server.network.socket(url),
    http: (request) => {
      const { host } = new URL(request.url)
      if (host === dead) throw new Error('ECONNREFUSED')
      asked.push(host)
      return server.http(request)
    },
  })
  server.seatAnswer = () =>
    json(200, {
      socketUrl: `ws://room/p/r?sessionId=${++server.seats}`,
      nodes: ['http://b', 'http://c'],
    })
  const client = createClient({ endpoint: 'http://a', platform })
  const joining = client.live.join('r1')
  await clock.advance(100)
  const room = await joining
  dead = 'a'
  server.crash()
  await clock.until(() => room.status === 'online')
  assert.deepEqual(asked, ['a', 'b'])
  assert.equal(client.endpoint, 'http://b')
  room.leave()
})
