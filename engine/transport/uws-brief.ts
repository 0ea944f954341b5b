/** Answers requests on uWebSockets without making fetch's objects of them. */

import { STATUS_CODES } from 'node:http'
import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import { ipOfBytes } from './client-ip.ts'
import type { BriefHeaders, BriefRequest, BriefResponse, TransportHandlers } from './transport.ts'

/** False where it is nothing for the brief handler. */
export function answeredBriefly(
  res: HttpResponse,
  req: HttpRequest,
  { http, defect }: TransportHandlers,
): boolean {
  if (!http.brief || hasMore(req)) return false
  const failed = (error: unknown): BriefResponse => {
    defect(error, 'brief')
    return failure
  }
  try {
    const answering = http.brief(new UwsBriefRequest(res, req))
    if (!answering) return false
    if (answering instanceof Promise) respondLater(res, answering.catch(failed))
    else respond(res, answering)
  } catch (error) {
    respond(res, failed(error))
  }
  return true
}

const failure: BriefResponse = { status: 500, headers: [], body: '' }

/** A body or a query; the latter is undefined where there is no question mark. */
function hasMore(req: HttpRequest): boolean {
  const length = req.getHeader('content-length')
  return Boolean((length && length !== '0') || req.getHeader('transfer-encoding') || req.getQuery())
}

/** Reads when it is asked: most is never asked for, and the address of the other end costs a system call. */
class UwsBriefRequest implements BriefRequest {
  readonly #res: HttpResponse
  readonly #req: HttpRequest

  constructor(res: HttpResponse, req: HttpRequest) {
    this.#res = res
    this.#req = req
  }

  get method(): string {
    return this.#req.getCaseSensitiveMethod()
  }

  get path(): string {
    return this.#req.getUrl()
  }

  get ip(): string {
    return ipOfBytes(new Uint8Array(this.#res.getRemoteAddress()))
  }

  header(name: string): string {
    return this.#req.getHeader(name)
  }
}

function respondLater(res: HttpResponse, answering: Promise<BriefResponse>): void {
  let gone = false
  res.onAborted(() => (gone = true))
  void answering.then((answer) => {
    if (!gone) res.cork(() => respond(res, answer))
  })
}

/** Within a cork, as the turn of a request is: all leaves in one write. */
function respond(res: HttpResponse, { status, headers, body }: BriefResponse): void {
  res.writeStatus(status === 200 ? '200 OK' : `${status} ${STATUS_CODES[status] ?? 'Unknown'}`)
  const lines = linesOf(headers)
  if (lines) res.writeHeader(lines.name, lines.rest)
  res.end(body)
}

interface Lines {
  /** Of the first header. */
  readonly name: string
  /** Its value, and the other headers as lines behind it. */
  readonly rest: string
}

const known = new WeakMap<BriefHeaders, Lines>()

/** All headers as one: each call into the library costs as much as copying all of their bytes. */
function linesOf(headers: BriefHeaders): Lines | undefined {
  const ready = known.get(headers)
  if (ready) return ready
  const [first, ...others] = headers
  if (!first) return undefined
  const lines = others.map(([name, value]) => `\r\n${name}: ${value}`)
  const made = { name: first[0], rest: first[1] + lines.join('') }
  known.set(headers, made)
  return made
}
