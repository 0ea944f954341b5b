/** Seats without fetch's objects: a crowd that comes asks for nothing else, and comes all at once. */

import { isRoomKey } from '../../engine/kernel/position.ts'
import { whenThere, type Soon } from '../../engine/kernel/soon.ts'
import type {
  BriefHandler,
  BriefHeaders,
  BriefRequest,
  BriefResponse,
} from '../../engine/transport/transport.ts'
import { failure } from './failure.ts'
import { ownOrigin, type HandlerOptions } from './handler.ts'
import { identify } from './identify.ts'
import { problemParts } from './problem.ts'
import type { SeatAnswer, SeatDesk } from './seat-routes.ts'
import { secureHeaders } from './security-headers.ts'

export type BriefSeatsOptions = Omit<HandlerOptions, 'routes' | 'fallback'> & {
  readonly desk: Pick<SeatDesk, 'take'>
}

const route = { access: 'public', rate: 'seat' } as const
const tag = 'rooms'
const json = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }

/** Answers as the route of the API does; leaves everything but a plain request for a seat to it. */
export function briefSeats(options: BriefSeatsOptions): BriefHandler {
  const { metrics, logger } = options
  const successes = new Successes()

  return (request) => {
    const key = request.method === 'POST' ? keyOf(request.path) : undefined
    return key === undefined ? undefined : answer(key, request)
  }

  /** What is not answered in this turn has read all that it needs: afterwards the request is gone. */
  function answer(key: string, request: BriefRequest): Soon<BriefResponse> {
    const started = performance.now()
    const headers = { get: (name: string) => request.header(name) || null }
    const client = options.address({ headers, url: 'http://localhost' }, request)
    const own = options.publicUrl ?? `${client.protocol}://${client.host ?? 'localhost'}`
    const secure = own.startsWith('https:')
    const cors = options.origins.cors(headers, ownOrigin(client, own))
    const answered = (status: number, sent: BriefHeaders, body: string): BriefResponse => {
      metrics.answered(tag, status, (performance.now() - started) / 1_000)
      return { status, headers: sent, body }
    }
    const given = (seat: SeatAnswer): BriefResponse =>
      answered(200, successes.headers(cors, secure), JSON.stringify(seat))
    const refused = (error: unknown): BriefResponse => {
      const { status, headers: own, body } = problemParts(failure(error, tag, logger))
      return answered(status, all(own, cors, secure), body)
    }
    try {
      const caller = identify(route, headers, client, options)
      const seat = whenThere(caller, (known) => options.desk.take(key, known, own))
      return seat instanceof Promise ? seat.then(given, refused) : given(seat)
    } catch (error) {
      return refused(error)
    }
  }
}

const address = /^\/api\/rooms\/([\w-]{1,100})\/seat$/

function keyOf(path: string): string | undefined {
  const key = address.exec(path)?.[1]
  return key !== undefined && isRoomKey(key) ? key : undefined
}

type Fields = Readonly<Record<string, string>>

/** The headers of seats: few different ones, since origins that may ask are named in the configuration. */
class Successes {
  readonly #known = new Map<string, BriefHeaders>()

  headers(cors: Fields, secure: boolean): BriefHeaders {
    const key = `${secure ? 's' : ''} ${cors['access-control-allow-origin'] ?? ''}`
    let headers = this.#known.get(key)
    if (!headers) this.#known.set(key, (headers = all(json, cors, secure)))
    return headers
  }
}

function all(own: Fields, cors: Fields, secure: boolean): BriefHeaders {
  const headers = new Headers({ ...own, ...cors })
  secureHeaders(headers, secure)
  return [...headers]
}
