/** Refusals and failures as RFC 9457 problem details. */

import { STATUS_CODES } from 'node:http'
import type { RoomError } from '../../engine/kernel/room-error.ts'

const statuses: Readonly<Record<string, number>> = {
  invalid: 400,
  malformed: 400,
  'login.wrong': 401,
  login_required: 401,
  unauthorized: 401,
  insufficient_balance: 402,
  forbidden: 403,
  spend_limit: 403,
  muted: 403,
  kicked: 403,
  'password.wrong': 403,
  'admin_token.wrong': 403,
  origin: 403,
  not_found: 404,
  method: 405,
  conflict: 409,
  too_large: 413,
  unsupported_type: 415,
  rate_limited: 429,
  slow_mode: 429,
  internal: 500,
  busy: 503,
  unavailable: 503,
}

const statusByReason: Readonly<Record<string, number>> = {
  unknown: 404,
  exists: 409,
  taken: 409,
  expired: 410,
}

const statusByRetry = { no: 409, retry: 503, fix: 400, login: 401 } as const

/** The HTTP status of a refusal: by its code, else by the reason after the dot, else by what helps. */
export function statusOf(error: RoomError): number {
  const reason = error.code.slice(error.code.lastIndexOf('.') + 1)
  return (
    (error.retry === 'login' ? 401 : undefined) ??
    statuses[error.code] ??
    statusByReason[reason] ??
    statusByRetry[error.retry]
  )
}

export interface ProblemParts {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to a refusal, without fetch's objects. `data` and `retry` are for programs, `detail` is for people. */
export function problemParts(error: RoomError): ProblemParts {
  const status = statusOf(error)
  const body = {
    type: `urn:plaza:problem:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    code: error.code,
    retry: error.retry,
    data: error.data,
  }
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="plaza"'
  const retryInMs = error.data['retryInMs']
  if (typeof retryInMs === 'number') headers['retry-after'] = String(Math.ceil(retryInMs / 1000))
  if (Array.isArray(error.data['allow'])) headers['allow'] = error.data['allow'].join(', ')
  return { status, headers, body: JSON.stringify(body) }
}

export function problem(error: RoomError): Response {
  const { status, headers, body } = problemParts(error)
  return new Response(body, { status, headers })
}
