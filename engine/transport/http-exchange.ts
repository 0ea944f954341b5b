/** What both servers share in turning their requests into fetch's and its responses into theirs. */

import { RoomError } from '../kernel/room-error.ts'
import type { HttpHandler, TransportHandlers } from './transport.ts'

/** Written by the server itself, from what it really sends. */
export const ownHeaders: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'date',
])

export interface RequestParts {
  readonly method: string
  /** Path with query. */
  readonly url: string
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array> | undefined
  readonly signal: AbortSignal
}

/** Undefined where no Request can be made of it: a forbidden method, or a host that is none. */
export function buildRequest(parts: RequestParts): Request | undefined {
  const { method, url, headers, body, signal } = parts
  try {
    const base = `http://${headers.get('host') ?? 'localhost'}`
    return new Request(new URL(base).origin + url, {
      method,
      headers,
      signal,
      ...(body && { body, duplex: 'half' as const }),
    })
  } catch {
    return undefined
  }
}

export function hasBody(method: string, headers: Headers): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

/** The handler's response; 500 without a word about why where it fails. */
export async function answer(
  handler: HttpHandler,
  request: Request,
  ip: string,
  defect: TransportHandlers['defect'],
): Promise<Response> {
  try {
    return await handler(request, { ip })
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 })
    if (error instanceof RoomError && error.code === 'body.too_large') return problem(413)
    defect(error, `${request.method} ${new URL(request.url).pathname}`)
    return problem(500)
  }
}

/** RFC 9457 in its shortest form. */
export function problem(status: number): Response {
  return new Response(JSON.stringify({ type: 'about:blank', status }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })
}

/** A body read one chunk ahead: `whole` where a single chunk is all there is. */
export interface BodyReader {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  readonly first: Uint8Array
  readonly whole: boolean
  readonly second: Promise<{ done: boolean; value?: Uint8Array | undefined }>
}

/**
 * Looks whether the body ends with its first chunk, which most do: such a response leaves in one write
 * and with its length. A stream that has no second chunk at hand is not waited for.
 */
export async function openBody(
  body: ReadableStream<Uint8Array<ArrayBufferLike>>,
): Promise<BodyReader> {
  const reader = body.getReader()
  const { done, value } = await reader.read()
  const first = value ?? new Uint8Array()
  if (done) return { reader, first, whole: true, second: Promise.resolve({ done: true }) }
  const second = reader.read()
  second.catch(() => undefined) // whoever awaits it hears of it
  const soon = await Promise.race([
    second.catch(() => undefined),
    new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))),
  ])
  return { reader, first, whole: soon?.done === true, second }
}
