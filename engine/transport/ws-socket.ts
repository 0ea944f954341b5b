/** One client on `ws`. */

import type { Socket as TcpSocket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Lane } from '../kernel/feature.ts'
import { closeCodes } from '../wire/close-codes.ts'
import type { FloodGate } from './flood-gate.ts'
import { laneLevel, type LaneLevel } from './lane-level.ts'
import type { Socket, TransportLimits, TransportStats } from './transport.ts'

const binary = { binary: true }

/** What a socket needs of its transport. */
export interface WsContext {
  readonly limits: TransportLimits
  readonly stats: TransportStats
  readonly gate: FloodGate
  /** Holds the socket's writes back until the end of the turn, so that they leave as one. */
  hold(socket: WsSocket): void
  join(group: string, socket: WsSocket): void
  leave(group: string, socket: WsSocket): void
  /** Once, also where the connection lingers until the client has read what waits for it. */
  closed(socket: WsSocket, code: number): void
}

export class WsSocket implements Socket {
  readonly ip: string
  readonly context: unknown
  readonly #transport: WsContext
  readonly #ws: WebSocket
  readonly #tcp: TcpSocket
  readonly #groups = new Set<string>()
  #open = true
  /** When its tokens at the flood gate are back. */
  #fullAt = 0
  #alive = true
  #level: LaneLevel = 0
  #held = false
  /** Bytes of this turn, which wait only because they are held back. */
  #heldBytes = 0

  constructor(transport: WsContext, ws: WebSocket, tcp: TcpSocket, ip: string, context: unknown) {
    this.#transport = transport
    this.#ws = ws
    this.#tcp = tcp
    this.ip = ip
    this.context = context
    ws.on('pong', () => (this.#alive = true))
    ws.on('message', () => (this.#alive = true))
    ws.on('error', () => undefined) // its close event follows and tells the code
    ws.on('close', (code) => this.#finish(code))
  }

  get open(): boolean {
    return this.#open
  }

  send(frame: Uint8Array): void {
    this.deliver('must', frame)
  }

  /** Sends unless the socket has lost the lane; a `must` frame that has no room ends it. */
  deliver(lane: Lane, frame: Uint8Array): void {
    if (!this.#open) return
    const buffered = this.#weigh()
    if (lane === 'may' && this.#level > 0) return
    if (lane === 'should' && this.#level > 1) return
    const { limits, stats } = this.#transport
    if (buffered > limits.backpressure.must) {
      stats.slow += 1
      this.close(closeCodes.slow, 'too slow')
      return
    }
    this.#hold()
    this.#heldBytes += frame.byteLength + 4
    this.#ws.send(frame, binary)
  }

  join(group: string): void {
    if (!this.#open) return
    this.#groups.add(group)
    this.#transport.join(group, this)
  }

  leave(group: string): void {
    if (this.#groups.delete(group)) this.#transport.leave(group, this)
  }

  close(code: number, reason = ''): void {
    if (!this.#open) return
    this.#ws.close(code, reason)
    this.#finish(code)
  }

  terminate(): void {
    this.#ws.terminate()
  }

  /** Ends a socket that answered nothing since the last ping. */
  ping(): void {
    if (!this.#alive) return this.terminate()
    this.#alive = false
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping()
  }

  /** Whether a message may be looked at; closes the socket where it may not. */
  passes(bytes: number, isBinary: boolean): boolean {
    if (!this.#open) return false
    if (!isBinary) {
      this.close(closeCodes.malformed, 'binary frames only')
      return false
    }
    const fullAt = this.#transport.gate.pass(this.#fullAt, bytes)
    if (fullAt !== undefined) {
      this.#fullAt = fullAt
      return true
    }
    this.#transport.stats.flooding += 1
    this.close(closeCodes.flooding, 'too many messages')
    return false
  }

  release(): void {
    this.#held = false
    this.#heldBytes = 0
    this.#tcp.uncork()
  }

  #finish(code: number): void {
    if (!this.#open) return
    this.#open = false
    for (const group of this.#groups) this.leave(group)
    this.#transport.closed(this, code)
  }

  #hold(): void {
    if (this.#held) return
    this.#held = true
    this.#tcp.cork()
    this.#transport.hold(this)
  }

  /** Bytes that wait because the client does not read; settles which lanes it still gets. */
  #weigh(): number {
    const { limits, stats } = this.#transport
    const buffered = this.#ws.bufferedAmount - this.#heldBytes
    const level = laneLevel(buffered, this.#level, limits.backpressure)
    if (level > 0 && this.#level < 1) stats.lost.may += 1
    if (level > 1 && this.#level < 2) stats.lost.should += 1
    this.#level = level
    return buffered
  }
}
