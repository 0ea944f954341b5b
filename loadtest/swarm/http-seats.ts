/** Asks servers for seats over HTTP, on connections that stay open. */

import { Agent, request } from 'node:http'

const timeoutMs = 10_000

/** The server refused; `retryInMs` is when it asks to come again. */
export class NoSeat extends Error {
  readonly retryInMs: number | undefined

  constructor(status: number, body: string) {
    super(`a seat was answered with ${status}`)
    try {
      const { data } = JSON.parse(body) as { data?: { retryInMs?: number } }
      this.retryInMs = data?.retryInMs
    } catch {
      // Something else answered than a Plaza server.
    }
  }
}

export class HttpSeats {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 })
  readonly #endpoints: readonly string[]
  readonly #path: string

  constructor(endpoints: readonly string[], room: string) {
    this.#endpoints = endpoints
    this.#path = `/api/rooms/${encodeURIComponent(room)}/seat`
  }

  /** The address of a socket. `turn` picks the server. Rejects with what the server says. */
  take(turn: number, token: string | undefined): Promise<string> {
    const endpoint = this.#endpoints[turn % this.#endpoints.length]!
    return new Promise((resolve, reject) => {
      const asking = request(endpoint + this.#path, {
        method: 'POST',
        agent: this.#agent,
        timeout: timeoutMs,
        headers: {
          'content-length': 0,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
      })
      asking.on('error', reject)
      asking.on('timeout', () => asking.destroy(new Error('no seat within 10 s')))
      asking.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('error', reject)
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text).socketUrl)
          else reject(new NoSeat(response.statusCode ?? 0, text))
        })
      })
      asking.end()
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
