/** What a handshake has to pass before its ticket is looked at: origin and connection caps. */

import { addressSet, clientIp } from './client-ip.ts'
import {
  newStats,
  type Admission,
  type TransportLimits,
  type TransportOptions,
} from './transport.ts'

/** A handshake as the server library has it. `query` is without its question mark, as it came. */
export interface Handshake {
  readonly path: string
  readonly query: string
  readonly host: string
  readonly origin: string
  readonly peer: string
  readonly forwardedFor: string
}

/** `ip` goes back through `left` when the socket closes. */
export type Entry =
  | { readonly refused: number }
  | { readonly refused?: undefined; readonly ip: string; readonly context: unknown }

export class Door {
  readonly stats = newStats()
  readonly #trusted: (ip: string) => boolean
  readonly #limits: TransportLimits
  readonly #options: TransportOptions
  readonly #origins: ReadonlySet<string>
  readonly #perIp = new Map<string, number>()

  constructor(options: TransportOptions, limits: TransportLimits) {
    this.#options = options
    this.#limits = limits
    this.#origins = new Set(options.origins ?? [])
    this.#trusted = addressSet(options.trustedProxies ?? [])
  }

  /** A socket that is let in counts until `left`. Unknown failures keep the door shut. */
  enter(handshake: Handshake): Entry {
    const entry = this.#check(handshake)
    if (entry.refused !== undefined) {
      this.stats.refused += 1
      return entry
    }
    this.stats.sockets += 1
    this.#perIp.set(entry.ip, (this.#perIp.get(entry.ip) ?? 0) + 1)
    return entry
  }

  left(ip: string): void {
    this.stats.sockets -= 1
    const count = (this.#perIp.get(ip) ?? 1) - 1
    if (count) this.#perIp.set(ip, count)
    else this.#perIp.delete(ip)
  }

  #check({ path, query, host, origin, peer, forwardedFor }: Handshake): Entry {
    if (!this.#mayCome(origin, host)) return { refused: 403 }
    const ip = clientIp(peer, forwardedFor, this.#trusted)
    if (this.stats.sockets >= this.#limits.maxSockets) return { refused: 503 }
    if ((this.#perIp.get(ip) ?? 0) >= this.#limits.maxSocketsPerIp) return { refused: 429 }
    let admission: Admission
    try {
      admission = this.#options.handlers.admit({ path, query, ip })
    } catch (error) {
      this.#options.handlers.defect(error, 'admit')
      return { refused: 500 }
    }
    return 'status' in admission
      ? { refused: admission.status }
      : { ip, context: admission.context }
  }

  /** Browsers always name the page's origin; a page elsewhere must not act with a user's seat. */
  #mayCome(origin: string, host: string): boolean {
    if (!origin || this.#origins.has(origin)) return true
    try {
      return new URL(origin).host === host.toLowerCase()
    } catch {
      return false
    }
  }
}
