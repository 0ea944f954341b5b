/** Serves fetch-style handlers on uWebSockets: bodies both ways with backpressure, HEAD, client abort. */

import { STATUS_CODES } from 'node:http'
import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import { ipOfBytes } from './client-ip.ts'
import { answer, buildRequest, hasBody, openBody, ownHeaders, problem } from './http-exchange.ts'
import { tooLarge } from './read-body.ts'
import type { TransportHandlers } from './transport.ts'
import { answeredBriefly } from './uws-brief.ts'

export interface UwsHttpOptions {
  readonly handlers: TransportHandlers
  readonly maxBody: number
}

/** The route handler for every path and method. */
export function uwsHttp(options: UwsHttpOptions): (res: HttpResponse, req: HttpRequest) => void {
  return (res, req) => {
    if (answeredBriefly(res, req, options.handlers)) return
    const exchange = new UwsExchange(res, req, options)
    exchange.run().catch((error: unknown) => {
      options.handlers.defect(error, 'http')
      exchange.destroy()
    })
  }
}

class UwsExchange {
  readonly #res: HttpResponse
  readonly #options: UwsHttpOptions
  readonly #abort = new AbortController()
  readonly #method: string
  readonly #request: Request | undefined
  readonly #ip: string
  #body: ReadableStreamDefaultController<Uint8Array> | undefined
  #received = 0
  #paused = false
  #over = false
  #resume: (() => void) | undefined
  #writable: ((at: number) => boolean) | undefined

  /** Reads all of `req`, which is gone after this turn. */
  constructor(res: HttpResponse, req: HttpRequest, options: UwsHttpOptions) {
    this.#res = res
    this.#options = options
    res.onAborted(() => this.#aborted())
    // Once: a later handler does not replace an earlier one.
    res.onWritable((at) => this.#over || (this.#writable?.(at) ?? true))
    const headers = new Headers()
    req.forEach((name, value) => headers.append(name, value))
    this.#method = req.getCaseSensitiveMethod()
    const query = req.getQuery()
    this.#ip = ipOfBytes(new Uint8Array(res.getRemoteAddress()))
    this.#request = buildRequest({
      method: this.#method,
      url: query ? `${req.getUrl()}?${query}` : req.getUrl(),
      headers,
      body: hasBody(this.#method, headers) ? this.#stream() : undefined,
      signal: this.#abort.signal,
    })
  }

  async run(): Promise<void> {
    const { handlers } = this.#options
    const request = this.#request
    const response = request
      ? await answer(handlers.http, request, this.#ip, handlers.defect)
      : problem(400)
    if (this.#over) return void response.body?.cancel().catch(() => undefined)
    this.#discard()
    if (!response.body || this.#method === 'HEAD') return this.#empty(response)
    const declared = response.headers.get('content-length')
    const body = await openBody(response.body)
    if (this.#over) return void body.reader.cancel().catch(() => undefined)
    if (body.whole) {
      this.#cork(() => this.#head(response).end(body.first))
      this.#over = true
      return
    }
    this.#cork(() => this.#head(response))
    const write = declared === null ? this.#chunk : this.#part
    const total = Number(declared)
    let next: { done: boolean; value?: Uint8Array | undefined } = { done: false, value: body.first }
    let ahead: typeof body.second | undefined = body.second
    while (!next.done && !this.#over) {
      await write.call(this, next.value!, total)
      if (this.#over) break
      next = await (ahead ?? body.reader.read()).catch(() => ({ done: true, failed: true }))
      ahead = undefined
      if ('failed' in next) return this.destroy()
    }
    if (!next.done) return void body.reader.cancel().catch(() => undefined)
    if (this.#over) return
    if (declared !== null) return this.destroy() // shorter than it said
    this.#cork(() => this.#res.end())
    this.#over = true
  }

  destroy(): void {
    if (this.#over) return
    this.#over = true
    this.#res.close()
  }

  #stream(): ReadableStream<Uint8Array> {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      this.#body = controller
      this.#res.onData((chunk, last) => this.#data(chunk, last))
    }
    const pull = (): void => this.#unpause()
    const cancel = (): void => this.#discard()
    return new ReadableStream(
      { start, pull, cancel },
      new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
    )
  }

  #data(chunk: ArrayBuffer, last: boolean): void {
    this.#received += chunk.byteLength
    if (this.#received > this.#options.maxBody) {
      this.#body?.error(tooLarge(this.#options.maxBody))
      this.#body = undefined
      if (this.#received > 2 * this.#options.maxBody) this.destroy()
    }
    if (!this.#body) return
    this.#body.enqueue(new Uint8Array(chunk.slice(0))) // the original is gone after this turn
    if (last) {
      this.#body.close()
      this.#body = undefined
    } else if ((this.#body.desiredSize ?? 0) <= 0 && !this.#paused) {
      this.#paused = true
      this.#res.pause()
    }
  }

  #unpause(): void {
    if (!this.#paused || this.#over) return
    this.#paused = false
    this.#res.resume()
  }

  /** Lets the rest of an unread body pass by, so that the client gets to read the response. */
  #discard(): void {
    this.#body = undefined
    this.#unpause()
  }

  #aborted(): void {
    this.#over = true
    this.#body?.error(new DOMException('The client went away.', 'AbortError'))
    this.#body = undefined
    this.#abort.abort()
    this.#resume?.()
  }

  #cork(write: () => void): void {
    if (!this.#over) this.#res.cork(write)
  }

  #head({ status, statusText, headers }: Response): HttpResponse {
    this.#res.writeStatus(`${status} ${statusText || STATUS_CODES[status] || 'Unknown'}`)
    for (const [name, value] of headers) {
      if (!ownHeaders.has(name)) this.#res.writeHeader(name, value)
    }
    return this.#res
  }

  #empty(response: Response): void {
    const { status, headers } = response
    void response.body?.cancel().catch(() => undefined)
    this.#cork(() => {
      const res = this.#head(response)
      const declared = headers.get('content-length')
      if (status === 204 || status === 304) res.endWithoutBody()
      else if (this.#method === 'HEAD' && declared === null) res.endWithoutBody()
      else res.endWithoutBody(Number(declared ?? 0))
    })
    this.#over = true
  }

  /** Part of a body whose length was told before. Resolves when more may follow. */
  #part(chunk: Uint8Array, total: number): Promise<void> {
    const offset = this.#res.getWriteOffset()
    return this.#until((done, at) => {
      const [ok, ended] = this.#res.tryEnd(
        chunk.subarray(at === undefined ? 0 : at - offset),
        total,
      )
      if (ended) this.#over = true
      if (ok || ended) done()
      return ok
    })
  }

  /** Part of a body of unknown length, which the server buffers while the client does not read. */
  #chunk(chunk: Uint8Array): Promise<void> {
    return this.#until((done, at) => {
      if (at !== undefined || this.#res.write(chunk)) done()
      return true
    })
  }

  /** Tries now, and again whenever the client has read, at the offset that is written by then. */
  #until(attempt: (done: () => void, at?: number) => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (this.#over) return resolve()
      const done = (): void => {
        this.#writable = undefined
        this.#resume = undefined
        resolve()
      }
      this.#resume = done
      this.#writable = (at) => attempt(done, at)
      this.#cork(() => attempt(done))
    })
  }
}
