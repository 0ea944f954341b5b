/** Turns requests into answers: routing, who calls, budgets, schemas, refusals and headers. */

import type { z } from 'zod'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Soon } from '../../engine/kernel/soon.ts'
import type { Call, Caller, Route } from '../../services/route.ts'
import type { Logger } from '../logger.ts'
import type { HttpMetrics } from './http-metrics.ts'
import { readBytes, readJson } from './body.ts'
import {
  budgetKey,
  type AddressedRequest,
  type ClientAddress,
  type Peer,
} from './client-address.ts'
import { failure } from './failure.ts'
import { identify } from './identify.ts'
import type { Origins } from './origins.ts'
import { problem } from './problem.ts'
import type { RateLimits } from './rate-limit.ts'
import { Router } from './router.ts'
import { secureHeaders } from './security-headers.ts'

/** Answers one request; `peer.ip` is the other end of the connection. Never rejects. */
export type HttpHandler = (request: Request, peer: Peer) => Promise<Response>

export interface HandlerOptions {
  readonly routes: readonly Route[]
  /** The user of an access token. Throws `unauthorized`. */
  readonly authenticate: (token: string) => Soon<Caller>
  readonly address: (request: AddressedRequest, peer: Peer) => ClientAddress
  readonly origins: Origins
  readonly limits: RateLimits
  readonly logger: Logger
  readonly metrics: HttpMetrics
  /** The site's own address, where it is configured. */
  readonly publicUrl?: string | undefined
  /** Everything that no route answers: the web app and its files. */
  readonly fallback: (request: Request, own: string) => Promise<Response | undefined>
  /** Checks answers against their schemas too. For tests: it finds fields that must not leave. */
  readonly checkAnswers?: boolean
}

export function createHandler(options: HandlerOptions): HttpHandler {
  const router = new Router(options.routes)
  const { origins, logger, metrics } = options

  return async (request, peer) => {
    const started = performance.now()
    const client = options.address(request, peer)
    const own = options.publicUrl ?? `${client.protocol}://${client.host ?? 'localhost'}`
    const secure = own.startsWith('https:')
    const asked = { tag: 'web' }
    let response: Response
    try {
      response = await answer(request, client, ownOrigin(client, own), own, asked)
    } catch (error) {
      response = problem(error instanceof RoomError ? error : failure(error, asked.tag, logger))
    }
    const answered = withHeaders(response, origins.cors(request.headers, ownOrigin(client, own)))
    secureHeaders(answered.headers, secure)
    const ms = performance.now() - started
    metrics.answered(asked.tag, answered.status, ms / 1000)
    const { method } = request
    logger.debug(
      { method, tag: asked.tag, status: answered.status, ms: Math.round(ms) },
      'answered',
    )
    return method === 'HEAD' ? new Response(null, answered) : answered
  }

  async function answer(
    request: Request,
    client: ClientAddress,
    ownOrigin: string,
    own: string,
    asked: { tag: string },
  ): Promise<Response> {
    const url = new URL(request.url)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (method === 'OPTIONS') return origins.preflight(request.headers, ownOrigin)
    const match = router.match(method, url.pathname)
    if (!match) {
      const other =
        method === 'GET' && !isApi(url.pathname) ? await options.fallback(request, own) : undefined
      if (other) return other
      throw new RoomError('not_found', 'There is nothing at this address.')
    }
    const { route } = match
    asked.tag = route.tag
    const { headers } = request
    const cookies = parseCookies(headers.get('cookie'))
    if (route.cookie && cookies.size > 0 && !origins.vouchesFor(headers, ownOrigin))
      throw new RoomError('origin', 'Ask from a page of this site, or leave the cookie away.')
    const caller = await identify(route, headers, client, options)
    const { ip } = client
    const call: Call = {
      params: checked(route.params, match.params, 'params'),
      query: checked(route.query, readQuery(url.searchParams), 'query'),
      body: await readBody(route, request),
      caller,
      ip,
      network: budgetKey(ip),
      origin: own,
      headers,
      cookies,
    }
    return render(route, await route.handle(call))
  }

  function render(route: Route, result: unknown): Response {
    if (result instanceof Response) return result
    if (route.response === undefined) return new Response(null, { status: route.status ?? 204 })
    const data = options.checkAnswers ? route.response.parse(result) : result
    return new Response(JSON.stringify(data), {
      status: route.status ?? 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    })
  }
}

/** Where a cookie counts as ours: the address the browser wrote, also where a public one is configured. */
export function ownOrigin(client: ClientAddress, own: string): string {
  return client.host === undefined ? own : `${client.protocol}://${client.host}`
}

function isApi(pathname: string): boolean {
  return pathname === '/api' || pathname.startsWith('/api/')
}

function readQuery(search: URLSearchParams): Record<string, string> {
  const query = Object.create(null) as Record<string, string>
  for (const [name, value] of search) {
    if (name in query || name === '__proto__')
      throw new RoomError('invalid', `Give ${name} once.`, { retry: 'fix' })
    query[name] = value
  }
  return { ...query }
}

async function readBody(route: Route, request: Request): Promise<unknown> {
  if (route.raw !== undefined) return readBytes(request, route.raw)
  if (route.method === 'GET') return undefined
  const body = await readJson(request)
  return checked(route.body, route.body === undefined ? (body ?? {}) : body, 'body')
}

// A part without a schema takes nothing.
function checked(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) {
    const extra = Object.keys((value ?? {}) as object)
    if (extra.length === 0) return undefined
    throw invalid([{ path: `${part}.${extra[0]}`, message: 'is not known here' }])
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.slice(0, 10).map((issue) => ({
    path: [part, ...issue.path].join('.'),
    message: issue.message,
  }))
  throw invalid(issues)
}

function invalid(issues: readonly { path: string; message: string }[]): RoomError {
  const text = issues.map((i) => `${i.path}: ${i.message}`).join('; ')
  return new RoomError('invalid', `Not valid: ${text.slice(0, 500)}`, {
    retry: 'fix',
    data: { issues },
  })
}

function parseCookies(header: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim())
  }
  return cookies
}

// Answers of fetch and of Response.redirect have headers that cannot be changed.
function withHeaders(response: Response, extra: Record<string, string>): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(extra))
    if (name === 'vary') headers.append(name, value)
    else headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}
