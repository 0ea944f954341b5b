/** Which web origins may use the API: cross-origin reads, and posts that a cookie authenticates. */

/** The rule of one installation. `own` is the address that the client wrote, `https://host[:port]`. */
export class Origins {
  readonly #allowed: ReadonlySet<string>

  constructor(publicUrl: string | undefined, allowed: readonly string[]) {
    const own = publicUrl === undefined ? [] : [new URL(publicUrl).origin]
    this.#allowed = new Set([...own, ...allowed])
  }

  allows(origin: string, own: string): boolean {
    return origin === own || this.#allowed.has(origin)
  }

  /**
   * True when a request that brings a cookie was made by a page of ours. Browsers send `Origin` with
   * every post; without it only `Sec-Fetch-Site: same-origin` will do.
   */
  vouchesFor(headers: Headers, own: string): boolean {
    const origin = headers.get('origin')
    if (origin !== null) return this.allows(origin, own)
    return headers.get('sec-fetch-site') === 'same-origin'
  }

  /** Headers for a cross-origin reader; none for an origin that is not allowed. */
  cors(headers: Pick<Headers, 'get'>, own: string): Record<string, string> {
    const origin = headers.get('origin')
    if (origin === null || origin === own) return { vary: 'origin' }
    if (!this.#allowed.has(origin)) return { vary: 'origin' }
    return {
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after',
    }
  }

  /** The answer to a preflight. */
  preflight(headers: Headers, own: string): Response {
    const cors = this.cors(headers, own)
    const grant = cors['access-control-allow-origin'] === undefined ? {} : preflightGrant
    return new Response(null, { status: 204, headers: { ...cors, ...grant } })
  }
}

const preflightGrant = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': '600',
}
