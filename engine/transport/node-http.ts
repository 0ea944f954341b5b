/** Serves fetch-style handlers on Node's own HTTP server. */

import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { ipOfText } from './client-ip.ts'
import { answer, buildRequest, hasBody, openBody, ownHeaders, problem } from './http-exchange.ts'
import { tooLarge } from './read-body.ts'
import { answeredBriefly } from './node-brief.ts'
import type { TransportHandlers } from './transport.ts'

export interface NodeHttpOptions {
  readonly handlers: TransportHandlers
  readonly maxBody: number
}

export function nodeHttp(
  options: NodeHttpOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    if (answeredBriefly(req, res, options.handlers)) return
    serve(req, res, options).catch((error: unknown) => {
      if (!res.destroyed && !req.aborted) options.handlers.defect(error, 'http')
      res.destroy()
    })
  }
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  { handlers, maxBody }: NodeHttpOptions,
): Promise<void> {
  const abort = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) abort.abort()
  })
  const headers = new Headers()
  for (let index = 0; index + 1 < req.rawHeaders.length; index += 2) {
    headers.append(req.rawHeaders[index]!, req.rawHeaders[index + 1]!)
  }
  const method = req.method ?? 'GET'
  const body = hasBody(method, headers) ? bodyOf(req, maxBody) : undefined
  const request = buildRequest({
    method,
    url: req.url ?? '/',
    headers,
    body: body?.stream,
    signal: abort.signal,
  })
  const ip = ipOfText(req.socket.remoteAddress)
  const response = request
    ? await answer(handlers.http, request, ip, handlers.defect)
    : problem(400)
  if (res.destroyed) return void response.body?.cancel().catch(() => undefined)
  body?.discard()
  await respond(response, method, res)
}

/** `discard` lets what is unread pass by, so that the client gets to read the response. */
function bodyOf(
  req: IncomingMessage,
  limit: number,
): { stream: ReadableStream<Uint8Array>; discard: () => void } {
  let received = 0
  let open = true
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const fail = (error: unknown): void => {
      if (open) controller.error(error)
      open = false
    }
    req.on('data', (chunk: Buffer) => {
      received += chunk.byteLength
      if (received > limit) fail(tooLarge(limit))
      if (received > 2 * limit) req.destroy()
      if (!open) return
      controller.enqueue(new Uint8Array(chunk))
      if ((controller.desiredSize ?? 0) <= 0) req.pause()
    })
    req.once('end', () => {
      if (open) controller.close()
      open = false
    })
    req.once('error', fail)
    req.once('close', () => fail(new DOMException('The client went away.', 'AbortError')))
  }
  const resume = (): void => void req.resume()
  const discard = (): void => {
    open = false
    req.resume()
  }
  const stream = new ReadableStream<Uint8Array>(
    { start, pull: resume, cancel: discard },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  )
  return { stream, discard }
}

async function respond(response: Response, method: string, res: ServerResponse): Promise<void> {
  const { status, statusText } = response
  res.statusCode = status
  res.statusMessage = statusText || STATUS_CODES[status] || 'Unknown'
  for (const [name, value] of response.headers) {
    if (!ownHeaders.has(name)) res.appendHeader(name, value)
  }
  const declared = response.headers.get('content-length')
  if (!response.body || method === 'HEAD') {
    void response.body?.cancel().catch(() => undefined)
    if (declared !== null) res.setHeader('content-length', declared)
    else if (method !== 'HEAD' && status !== 204 && status !== 304) {
      res.setHeader('content-length', 0)
    }
    res.end()
    return
  }
  const { reader, first, whole, second } = await openBody(response.body)
  if (whole) {
    res.setHeader('content-length', first.byteLength)
    res.end(first)
    return
  }
  if (declared !== null) res.setHeader('content-length', declared)
  let chunk: { done: boolean; value?: Uint8Array | undefined } = { done: false, value: first }
  let ahead: typeof second | undefined = second
  while (!chunk.done && !res.destroyed) {
    if (!res.write(chunk.value!)) await drained(res)
    chunk = await (ahead ?? reader.read())
    ahead = undefined
  }
  if (!chunk.done) return void reader.cancel().catch(() => undefined)
  res.end()
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    res.on('drain', done).on('close', done)
  })
}
