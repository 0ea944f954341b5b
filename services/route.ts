/** A route of the HTTP API: its schemas, who may call it, what it costs, and the function behind it. */

import type { z } from 'zod'
import type { Asker } from '../engine/kernel/context.ts'

/** Who may call: anybody, any signed-in user, or only platform moderators or admins. */
export type Access = 'public' | 'user' | 'moderator' | 'admin'

/** Which budget a call is charged to; see server/http/rate-limit.ts. `free` is not limited. */
export type RateClass = 'free' | 'read' | 'write' | 'auth' | 'upload' | 'money' | 'seat'

/** A signed-in user. `roles` are those of this moment, not those of the token. */
export interface Caller extends Asker {
  /** Id of the session that the access token belongs to. */
  readonly session: string
}

type Schema = z.ZodType | undefined
type Output<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined

export interface Call<A extends Access = Access, P = unknown, Q = unknown, B = unknown> {
  readonly params: P
  readonly query: Q
  /** The checked body; of a `raw` route its bytes. */
  readonly body: B
  readonly caller: A extends 'public' ? Caller | undefined : Caller
  /** The client's address, behind trusted proxies too. */
  readonly ip: string
  /** What tries are counted under: the address, of IPv6 its /64, which one household has. */
  readonly network: string
  /** How the client addresses this server: `https://host[:port]`, without a slash at the end. */
  readonly origin: string
  readonly headers: Headers
  readonly cookies: ReadonlyMap<string, string>
}

interface RouteBase<A extends Access> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Literal segments and `:name` parameters. */
  readonly path: `/${string}`
  readonly tag: string
  readonly summary: string
  readonly access: A
  readonly rate: RateClass
  /** Of the answer, where it is not 200 (or 204 for a route without `response`). */
  readonly status?: number
  /** The refresh cookie may authenticate it: a request that brings one must come from an allowed origin. */
  readonly cookie?: true
  /** The bearer token is not an access token of ours; the route checks it itself. */
  readonly token?: 'own'
  /** RoomError codes of its own, for the reference page. */
  readonly errors?: readonly string[]
}

interface RouteSpec<
  A extends Access,
  P extends Schema,
  Q extends Schema,
  B extends Schema,
  R extends Schema,
> extends RouteBase<A> {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly response?: R
  handle(
    call: Call<A, Output<P>, Output<Q>, Output<B>>,
  ): Promise<(R extends z.ZodType ? z.input<R> : void) | Response>
}

interface RawSpec<
  A extends Access,
  P extends Schema,
  Q extends Schema,
  R extends Schema,
> extends RouteBase<A> {
  readonly params?: P
  readonly query?: Q
  /** The body is bytes, at most this many. */
  readonly raw: number
  readonly response?: R
  handle(
    call: Call<A, Output<P>, Output<Q>, Uint8Array>,
  ): Promise<(R extends z.ZodType ? z.input<R> : void) | Response>
}

/** A route as the router sees it. */
export interface Route extends RouteBase<Access> {
  readonly params?: Schema
  readonly query?: Schema
  readonly body?: Schema
  readonly raw?: number
  readonly response?: Schema
  handle(call: Call<any, any, any, any>): Promise<unknown>
}

/** Names a JSON route so that its schemas type its function. */
export function route<
  const A extends Access,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  R extends Schema = undefined,
>(spec: RouteSpec<A, P, Q, B, R>): Route {
  return spec as unknown as Route
}

/** Names a route that takes bytes. */
export function rawRoute<
  const A extends Access,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  R extends Schema = undefined,
>(spec: RawSpec<A, P, Q, R>): Route {
  return spec as unknown as Route
}

/** A JSON answer with a status or headers of its own, e.g. a cookie. */
export function json(data: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(data), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  })
}

/** The caller as rooms know it. */
export function askerOf({ id, name, roles, card }: Caller): Asker {
  return { id, name, roles, ...(card === undefined ? {} : { card }) }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the members that are undefined: services tell absent from undefined, zod's types do not. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>
}
