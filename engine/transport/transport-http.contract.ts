/** Requests and answers. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { serveOn, type MakeTransport, type Rule } from './testing/transport-bed.ts'
import type { BriefRequest } from './transport.ts'

export function httpContract(make: MakeTransport, rule: Rule): void {
  rule('[TR13] requests reach the handler whole, and responses the client', async (t) => {
    const { url } = await serveOn(make, t, async (request, { ip }) => {
      const { pathname, search, host } = new URL(request.url)
      const headers = new Headers({ 'x-ip': ip, 'content-type': 'text/plain' })
      headers.append('set-cookie', 'a=1')
      headers.append('set-cookie', 'b=2')
      const body = request.method === 'GET' ? '' : await request.text()
      const text = [request.method, pathname, search, host, request.headers.get('x-me'), body].join(
        ' ',
      )
      return new Response(text, { status: 201, headers })
    })
    const init = { method: 'PUT', body: '你好', headers: { 'x-me': 'me' } }
    const response = await fetch(url('/a%20b/?q=1&q=2'), init)
    assert.equal(response.status, 201)
    assert.equal(await response.text(), `PUT /a%20b/ ?q=1&q=2 ${new URL(url('/')).host} me 你好`)
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
    assert.equal(response.headers.get('x-ip'), '127.0.0.1')
    assert.match(await (await fetch(url('/x'))).text(), /^GET \/x /)
  })

  rule('[TR24] a brief handler is asked first; what it leaves the handler answers', async (t) => {
    const asked: string[] = []
    const headers = [
      ['x-brief', 'yes'],
      ['x-more', 'a, b'],
      ['x-last', 'z'],
    ] as const
    const http = Object.assign(async () => new Response('at length'), {
      brief: (request: BriefRequest) => {
        const { method, path, ip } = request
        asked.push(`${method} ${path} ${ip} ${request.header('x-me')} ${request.header('x-not')}`)
        if (path === '/left') return undefined
        if (path === '/broken') return Promise.reject(new Error('broken'))
        if (path === '/thrown') throw new Error('thrown')
        if (path === '/at-once') return { status: 200, headers, body: '短' }
        if (path === '/bare') return { status: 200, headers: [], body: '' }
        return Promise.resolve({ status: 201, headers, body: '短' })
      },
    })
    const { url, defects } = await serveOn(make, t, http)
    const ask = async (path: string, init: RequestInit = {}): Promise<unknown[]> => {
      const answer = await fetch(url(path), init)
      const got = ['x-brief', 'x-more', 'x-last'].map((name) => answer.headers.get(name))
      const all = got.every((value) => value === null) ? null : got.join()
      return [answer.status, all, await answer.text()]
    }
    const every = 'yes,a, b,z'
    const me = { method: 'POST', headers: { 'x-me': 'me' } }
    assert.deepEqual(await ask('/brief', me), [201, every, '短'])
    assert.deepEqual(await ask('/at-once'), [200, every, '短'])
    assert.deepEqual(await ask('/at-once'), [200, every, '短'])
    assert.deepEqual(await ask('/bare'), [200, null, ''])
    assert.deepEqual(await ask('/left'), [200, null, 'at length'])
    assert.deepEqual(await ask('/broken'), [500, null, ''])
    assert.deepEqual(await ask('/thrown'), [500, null, ''])
    assert.equal(defects.length, 2)
    for (const [path, init] of [
      ['/brief?q=1', {}],
      ['/brief', { method: 'POST', body: 'x' }],
    ] as const) {
      assert.deepEqual(await ask(path, init), [200, null, 'at length'])
    }
    assert.deepEqual(asked, [
      'POST /brief 127.0.0.1 me ',
      'GET /at-once 127.0.0.1  ',
      'GET /at-once 127.0.0.1  ',
      'GET /bare 127.0.0.1  ',
      'GET /left 127.0.0.1  ',
      'GET /broken 127.0.0.1  ',
      'GET /thrown 127.0.0.1  ',
    ])
  })

  rule('[TR14] HEAD, 204 and 304 have no body; HEAD tells the length', async (t) => {
    const { url } = await serveOn(make, t, async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/204') return new Response(null, { status: 204 })
      if (pathname === '/304') return new Response(null, { status: 304, headers: { etag: '"x"' } })
      return new Response('12345', { headers: { 'content-length': '5' } })
    })
    const head = await fetch(url('/'), { method: 'HEAD' })
    assert.deepEqual(
      [head.status, head.headers.get('content-length'), await head.text()],
      [200, '5', ''],
    )
    const empty = await fetch(url('/204'))
    assert.deepEqual([empty.status, await empty.text()], [204, ''])
    const same = await fetch(url('/304'))
    assert.deepEqual([same.status, same.headers.get('etag'), await same.text()], [304, '"x"', ''])
    assert.equal(await (await fetch(url('/'))).text(), '12345')
  })

  rule('[TR18] a handler that fails is answered for with 500 and no word about why', async (t) => {
    const { url, defects } = await serveOn(make, t, async (request) => {
      if (request.url.endsWith('/stream')) {
        const pull = (controller: ReadableStreamDefaultController): void =>
          controller.error(new Error('secret'))
        return new Response(new ReadableStream({ pull }))
      }
      throw new Error('secret')
    })
    const response = await fetch(url('/'))
    assert.equal(response.status, 500)
    assert.ok(!(await response.text()).includes('secret'))
    await assert.rejects(fetch(url('/stream')).then((one) => one.text()))
    assert.equal((await fetch(url('/'))).status, 500)
    assert.equal(defects.length, 3)
  })

  rule('[TR19] hostile requests get a 4xx or a closed connection', async (t) => {
    const { port, url } = await serveOn(make, t, async () => new Response('fine'))
    const raw = async (text: string): Promise<string> => {
      const tcp = connect(port, '127.0.0.1')
      let answer = ''
      tcp.on('data', (data) => (answer += data))
      tcp.on('error', () => undefined)
      tcp.end(text)
      await once(tcp, 'close')
      return answer.slice(0, 12)
    }
    const status = /^(HTTP\/1\.1 [45]\d\d)?/
    const hostile = [
      'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x y\r\nConnection: close\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
      '\u0000\u0001\u0002\r\n\r\n',
    ]
    for (const text of hostile) {
      const answer = await raw(text)
      assert.ok(
        answer === '' || status.exec(answer)![0],
        `${JSON.stringify(text.slice(0, 60))}: ${answer}`,
      )
    }
    assert.equal(await (await fetch(url('/'))).text(), 'fine')
  })
}
