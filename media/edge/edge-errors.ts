/** What the edge refuses, and as which HTTP status. */

import type { ServerResponse } from 'node:http'
import { RoomError } from '../../engine/kernel/room-error.ts'

const statuses: Readonly<Record<string, number>> = {
  'playback.forbidden': 403,
  'playback.expired': 403,
  'playback.not_found': 404,
  'playback.method': 405,
  'playback.full': 503,
  'playback.starting': 503,
}

export function notFound(): RoomError {
  return new RoomError('playback.not_found', 'There is nothing to play here, or not any more.')
}

export function starting(): RoomError {
  return new RoomError(
    'playback.starting',
    'The stream is about to start; ask again in a second.',
    {
      retry: 'retry',
    },
  )
}

export function full(): RoomError {
  return new RoomError(
    'playback.full',
    'This server has all the viewers it can take; try another.',
    {
      retry: 'retry',
    },
  )
}

/** Problem details (RFC 9457). What is not a RoomError is reported as `internal`, without its text. */
export function sendProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const known = error instanceof RoomError
  const code = known ? error.code : 'internal'
  const status = statuses[code] ?? 500
  const body = JSON.stringify({
    type: 'about:blank',
    title: code,
    status,
    detail: known ? error.message : 'Something went wrong on our side.',
    code,
  })
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(status === 503 && { 'retry-after': '1' }),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
