/** Bodies that are longer than a read. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { readBody } from './read-body.ts'
import {
  eventually,
  serveOn,
  turn,
  type MakeTransport,
  type Rule,
} from './testing/transport-bed.ts'

export function streamContract(make: MakeTransport, rule: Rule): void {
  rule(
    '[TR15] a body is streamed up to the limit that the handler picks; the client reads the refusal',
    async (t) => {
      const { url } = await serveOn(
        make,
        t,
        async (request) => {
          const limit = Number(new URL(request.url).searchParams.get('limit'))
          if (limit < 0) return new Response('unread', { status: 403 })
          return new Response(String((await readBody(request, limit)).byteLength))
        },
        { maxBody: 4_000_000 },
      )
      const send = async (
        size: number,
        limit: number,
        chunked = false,
      ): Promise<[number, string]> => {
        const bytes = new Uint8Array(size)
        const body = chunked ? new Blob([bytes]).stream() : bytes
        const init = { method: 'POST', body, duplex: 'half' } as RequestInit
        const response = await fetch(url(`/?limit=${limit}`), init)
        return [response.status, await response.text()]
      }
      assert.deepEqual(await send(3_000_000, 3_000_000), [200, '3000000'])
      assert.deepEqual(await send(3_000_000, 3_000_000, true), [200, '3000000'])
      assert.equal((await send(3_000_000, 1_000))[0], 413)
      assert.equal((await send(300_000, 1_000, true))[0], 413)
      assert.equal((await send(5_000_000, 9_000_000))[0], 413)
      assert.deepEqual(await send(2_000_000, -1), [403, 'unread'])
      assert.deepEqual(await send(10, 100), [200, '10'])
    },
  )

  rule(
    '[TR16] a large response waits for its reader instead of filling memory, and arrives whole',
    async (t) => {
      const chunk = new Uint8Array(64 * 1024).map((_, index) => index)
      const chunks = 1_024
      let pulled = 0
      const { url, port } = await serveOn(make, t, async (request) => {
        let sent = 0
        const body = new ReadableStream({
          pull(controller) {
            controller.enqueue(chunk)
            pulled += 1
            sent += 1
            if (sent === chunks) controller.close()
          },
        })
        const length = String(chunks * chunk.length)
        const known = new URL(request.url).pathname === '/known'
        return new Response(body, known ? { headers: { 'content-length': length } } : {})
      })
      for (const path of ['/known', '/chunked']) {
        pulled = 0
        const tcp = connect(port, '127.0.0.1')
        tcp.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
        await once(tcp, 'readable')
        let before = -1
        while (before !== pulled) {
          before = pulled
          for (let index = 0; index < 50; index += 1) await turn()
        }
        assert.ok(pulled < chunks, `${path}: all ${pulled} chunks were pulled without a reader`)
        tcp.destroy()
        const bytes = new Uint8Array(await (await fetch(url(path))).arrayBuffer())
        assert.equal(bytes.length, chunks * chunk.length)
        for (let at = 0; at < bytes.length; at += 65_537) assert.equal(bytes[at], at & 0xff)
      }
    },
  )

  rule(
    '[TR17] when the client goes away, the request is aborted and the response stream cancelled',
    async (t) => {
      let aborted = false
      let cancelled = false
      let begun = false
      let broken: unknown
      const { url, defects } = await serveOn(make, t, async (request) => {
        request.signal.addEventListener('abort', () => (aborted = true))
        const { pathname } = new URL(request.url)
        if (pathname === '/upload') {
          begun = true
          broken = await request.arrayBuffer().catch((error: unknown) => error)
          return new Response()
        }
        const pull = (controller: ReadableStreamDefaultController): void =>
          controller.enqueue(new Uint8Array(64 * 1024))
        return new Response(new ReadableStream({ pull, cancel: () => void (cancelled = true) }))
      })
      const abort = new AbortController()
      const response = await fetch(url('/'), { signal: abort.signal })
      await response.body!.getReader().read()
      abort.abort()
      await eventually(() => aborted && cancelled)
      const { port } = new URL(url('/'))
      const tcp = connect(Number(port), '127.0.0.1')
      tcp.write('POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf')
      await eventually(() => begun)
      tcp.destroy()
      await eventually(() => broken instanceof Error)
      assert.deepEqual(defects, [])
    },
  )
}
