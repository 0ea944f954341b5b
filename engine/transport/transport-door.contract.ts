/** Who is let in, who is thrown out, and where the door is. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import WebSocket from 'ws'
import { closeCodes } from '../wire/close-codes.ts'
import {
  eventually,
  frameOf,
  openBed,
  refusal,
  type MakeTransport,
  type Rule,
} from './testing/transport-bed.ts'
import type { TransportHandlers } from './transport.ts'

export function doorContract(make: MakeTransport, rule: Rule): void {
  rule(
    '[TR6] a socket that sends too much, too long or text is closed, and nobody else',
    async (t) => {
      const { open, closed, received, transport } = await openBed(make, t, {
        limits: { messageRate: { perSecond: 10, burst: 20 }, maxPayload: 10_000 },
      })
      const good = await open()
      const flooder = await open()
      for (let sent = 0; sent < 50; sent += 1) flooder.client.send(Buffer.from('flood'))
      assert.equal((await once(flooder.client, 'close'))[0], closeCodes.flooding)
      assert.equal(received.length, 20)
      assert.equal(transport.stats.flooding, 1)
      const texter = await open()
      texter.client.send('text')
      assert.equal((await once(texter.client, 'close'))[0], closeCodes.malformed)
      const giant = await open()
      giant.client.send(Buffer.alloc(1_000_000))
      assert.ok([1006, 1009].includes((await once(giant.client, 'close'))[0]))
      await eventually(() => closed.has(giant.socket))
      good.client.send(Buffer.from('good'))
      await eventually(() => received.includes('good'))
      assert.equal(received.length, 21)
    },
  )

  rule(
    '[TR7] pages of other origins are refused; the own host, the allow-list and apps are let in',
    async (t) => {
      const { port } = await openBed(make, t, { origins: ['https://plaza.example'] })
      const of = (origin: string): Promise<number> => refusal(port, { origin })
      assert.equal(await of('https://evil.example'), 403)
      assert.equal(await of(`http://127.0.0.1:${port + 1}`), 403)
      assert.equal(await of(`http://127.0.0.1.evil.example:${port}`), 403)
      assert.equal(await of('https://plaza.example.evil.example'), 403)
      assert.equal(await of('null'), 403)
      assert.equal(await of('https://plaza.example'), 101)
      assert.equal(await of(`http://127.0.0.1:${port}`), 101)
      assert.equal(await refusal(port), 101)
    },
  )

  rule(
    '[TR8] connections are capped for one address and in all, and free their place',
    async (t) => {
      const { port, open, closed } = await openBed(make, t, {
        limits: { maxSockets: 3, maxSocketsPerIp: 2 },
        trustedProxies: ['127.0.0.0/8'],
      })
      const from = (ip: string): Record<string, string> => ({
        'x-forwarded-for': `10.9.9.9, ${ip}`,
      })
      const first = await open('/', from('1.1.1.1'))
      await open('/', from('1.1.1.1'))
      assert.equal(await refusal(port, from('1.1.1.1')), 429)
      await open('/', from('2.2.2.2'))
      assert.equal(await refusal(port, from('3.3.3.3')), 503)
      assert.equal(first.socket.ip, '1.1.1.1')
      first.client.close()
      await eventually(() => closed.has(first.socket))
      assert.equal(await refusal(port, from('1.1.1.1')), 101)
    },
  )

  rule(
    '[TR9] the owner refuses handshakes with a status, and one that throws refuses too',
    async (t) => {
      const { port, defects, transport } = await openBed(make, t, {
        on: {
          admit({ query }) {
            if (query.startsWith('throw')) throw new Error('broken')
            return { status: 404 }
          },
        },
      })
      assert.equal(await refusal(port), 404)
      const client = new WebSocket(`ws://127.0.0.1:${port}/?throw=1`)
      const [, response] = await once(client, 'unexpected-response')
      assert.equal(response.statusCode, 500)
      assert.equal(defects.length, 1)
      assert.deepEqual([transport.stats.sockets, transport.stats.refused], [0, 2])
    },
  )

  rule(
    '[TR26] a refused handshake ends its connection, whatever the client leaves open',
    async (t) => {
      const { port } = await openBed(make, t, { origins: [] })
      const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      let broken = false
      client.on('error', () => (broken = true))
      client.write(
        'GET / HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      )
      await once(client.resume(), 'end')
      // Who writes to a connection that is closed on the other side is told so.
      await eventually(() => broken || void client.write('still here'))
      client.destroy()
    },
  )

  rule('[TR10] an address is believed from trusted proxies only', async (t) => {
    const { open } = await openBed(make, t)
    const peer = await open('/', { 'x-forwarded-for': '9.9.9.9' })
    assert.equal(peer.socket.ip, '127.0.0.1')
  })

  rule('[TR12] the port is bound to the host that was asked for, exclusively', async (t) => {
    const { transport, port, open, url } = await openBed(make, t)
    const second = await make({ handlers: nobody })
    t.after(() => second.close())
    await assert.rejects(second.listen(port, '127.0.0.1'), { code: 'EADDRINUSE' })
    await assert.rejects(fetch(`http://[::1]:${port}/`))
    const peer = await open()
    transport.stopListening()
    await assert.rejects(fetch(url('/'), { headers: { connection: 'close' } }))
    peer.socket.send(frameOf('must', 1))
    await eventually(() => peer.frames.length)
  })
}

const nobody: TransportHandlers = {
  admit: () => ({ status: 404 }),
  opened: () => undefined,
  received: () => undefined,
  closed: () => undefined,
  http: async () => new Response(),
  defect: () => undefined,
}
