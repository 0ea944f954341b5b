/** The port behind which sockets and HTTP share one TCP port. Implementations: uWebSockets and ws. */

import type { Lane } from '../kernel/feature.ts'
import type { Soon } from '../kernel/soon.ts'

/**
 * Answers one request; `peer.ip` is the other end of the connection, be it a proxy. A rejection is
 * answered with 500 and reported as a defect.
 */
export interface HttpHandler {
  (request: Request, peer: { readonly ip: string }): Promise<Response>
  /** Asked first about each request that has neither body nor query; undefined leaves it to the handler. */
  readonly brief?: BriefHandler
}

/**
 * For what comes by the thousand: without the objects of fetch, which cost more than most answers. What is
 * answered in the turn of the request is written in it.
 */
export type BriefHandler = (request: BriefRequest) => Soon<BriefResponse> | undefined

/** Valid in the turn of the call only. */
export interface BriefRequest {
  readonly method: string
  readonly path: string
  readonly ip: string
  /** Of a header by its lower-case name; empty where it is not there. */
  header(name: string): string
}

export type BriefHeaders = readonly (readonly [name: string, value: string])[]

export interface BriefResponse {
  readonly status: number
  /** A list that is given again and again is made ready for the wire once: it must never change. */
  readonly headers: BriefHeaders
  readonly body: string
}

/** A WebSocket handshake that passed the door. */
export interface UpgradeRequest {
  readonly path: string
  /** Without its question mark, as it came. */
  readonly query: string
  readonly ip: string
}

/** Refused with an HTTP status, or let in with whatever the owner wants to find on the socket. */
export type Admission = { readonly status: number } | { readonly context: unknown }

/** One client's connection. Every method is harmless on a closed one. */
export interface Socket {
  readonly ip: string
  readonly context: unknown
  readonly open: boolean
  /**
   * Sends a frame that may not be lost. Frames of one turn leave in one write, before whatever is
   * published later. A socket that cannot take it is closed as slow.
   */
  send(frame: Uint8Array): void
  /** From here on the socket gets what is published to the group. */
  join(group: string): void
  leave(group: string): void
  /** Sends what is under way, then closes. `reason` is at most 123 bytes of UTF-8. */
  close(code: number, reason?: string): void
}

export interface TransportHandlers {
  /** Decides in the same turn; nothing is kept of a refused handshake. */
  admit(request: UpgradeRequest): Admission
  opened(socket: Socket): void
  /** `frame` is valid during the call only. */
  received(socket: Socket, frame: Uint8Array): void
  /** Once for each opened socket. 1006: without a close frame. */
  closed(socket: Socket, code: number): void
  readonly http: HttpHandler
  /** A handler threw something; nobody was told its text. */
  defect(error: unknown, where: string): void
}

/** Bytes that may wait for one socket before it loses a lane; beyond `must` it is closed as slow. */
export type LaneLimits = Readonly<Record<Lane, number>>

export interface TransportLimits {
  readonly backpressure: LaneLimits
  /** Longest message of a client, bytes. A longer one ends the connection. */
  readonly maxPayload: number
  /** Messages a second of one socket, and how many may come at once; 4 KiB of a message count as one. */
  readonly messageRate: { readonly perSecond: number; readonly burst: number }
  readonly maxSockets: number
  readonly maxSocketsPerIp: number
  /** A socket that neither sends nor answers pings for so long is closed, seconds. */
  readonly idleSeconds: number
  /** Longest request body that any handler gets to see, bytes. */
  readonly maxBody: number
}

export const defaultLimits: TransportLimits = {
  backpressure: { may: 32 * 1024, should: 128 * 1024, must: 512 * 1024 },
  maxPayload: 64 * 1024,
  messageRate: { perSecond: 30, burst: 90 },
  maxSockets: 100_000,
  maxSocketsPerIp: 1_000,
  idleSeconds: 60,
  maxBody: 64 * 1024 * 1024,
}

export interface TransportOptions {
  readonly handlers: TransportHandlers
  readonly limits?: Partial<TransportLimits>
  /**
   * Origins of pages that may connect, e.g. `https://plaza.example`. Pages of the same host, and
   * clients that are no browsers and so name no origin, always may.
   */
  readonly origins?: readonly string[]
  /** Proxies whose `X-Forwarded-For` is believed: addresses, or networks such as `10.0.0.0/8`. */
  readonly trustedProxies?: readonly string[]
}

/** Counters since the start, and `sockets` now. */
export interface TransportStats {
  sockets: number
  received: number
  published: number
  /** Times that a socket lost a lane because it read too slowly. */
  lost: { may: number; should: number }
  slow: number
  flooding: number
  refused: number
}

export interface Transport {
  readonly name: 'uws' | 'ws'
  readonly stats: Readonly<TransportStats>
  /** Binds and tells the port, also where 0 was asked for. Throws where it is taken. */
  listen(port: number, host: string): Promise<number>
  /** Queues one frame for every socket of the group that has not lost the lane. */
  publish(group: string, lane: Lane, frame: Uint8Array): void
  /** No new connections from here on; those that are open go on. */
  stopListening(): void
  /** Ends every connection. */
  close(): Promise<void>
}

export function newStats(): TransportStats {
  return {
    sockets: 0,
    received: 0,
    published: 0,
    lost: { may: 0, should: 0 },
    slow: 0,
    flooding: 0,
    refused: 0,
  }
}
