/** One client on uWebSockets. */

import type { WebSocket } from 'uWebSockets.js'
import { closeCodes } from '../wire/close-codes.ts'
import type { FloodGate } from './flood-gate.ts'
import { laneLevel, type LaneLevel } from './lane-level.ts'
import type { Socket, TransportLimits, TransportStats } from './transport.ts'
import type { UwsGroup } from './uws-group.ts'

/** A native socket as our transport makes it. */
export type NativeSocket = WebSocket<{ socket: UwsSocket }>

/** What sockets have in common. */
export interface UwsContext {
  readonly limits: TransportLimits
  readonly stats: TransportStats
  readonly gate: FloodGate
  /** Sends what waits for the socket at the end of the turn, or before the next publish. */
  later(socket: UwsSocket): void
  /** The group of that name, made if need be. */
  group(name: string): UwsGroup
  /** A group that may have lost its last socket. */
  left(group: UwsGroup): void
}

/** What uWebSockets says of a send: 2 is dropped, over the limit. */
const dropped = 2

/** No frames and no groups, for all sockets that have none. */
const none: readonly never[] = []

/** What a socket has none of is not allocated: most sockets only listen, to one group. */
export class UwsSocket implements Socket {
  readonly ip: string
  readonly context: unknown
  readonly #transport: UwsContext
  #groups: readonly UwsGroup[] = none
  #ws: NativeSocket | undefined
  #frames: readonly Uint8Array[] = none
  /** When its tokens at the flood gate are back. */
  #fullAt = 0
  #level: LaneLevel = 0
  #slow = false
  /** What is sent now leaves with the answer to the handshake, in one write. */
  #opening = false

  constructor(transport: UwsContext, ip: string, context: unknown) {
    this.ip = ip
    this.context = context
    this.#transport = transport
  }

  get open(): boolean {
    return this.#ws !== undefined
  }

  send(frame: Uint8Array): void {
    if (!this.#ws) return
    if (this.#opening) return void this.#put(this.#ws, frame)
    if (this.#frames.length) return void (this.#frames as Uint8Array[]).push(frame)
    this.#transport.later(this)
    this.#frames = [frame]
  }

  join(name: string): void {
    if (!this.#ws) return
    const group = this.#transport.group(name)
    if (this.#groups.includes(group)) return
    this.#groups = this.#groups.length ? [...this.#groups, group] : group.alone
    group.sockets.add(this)
    this.#ws.subscribe(group.topics[this.#level])
  }

  leave(name: string): void {
    const group = this.#groups.find((one) => one.name === name)
    if (!group) return
    this.#groups = this.#groups.filter((one) => one !== group)
    this.#ws?.unsubscribe(group.topics[this.#level])
    this.#part(group)
  }

  close(code: number, reason = ''): void {
    const ws = this.#ws
    if (!ws) return
    if (!this.#slow) this.#write(ws)
    this.#ws = undefined
    ws.end(code, reason)
  }

  /** The handshake is under way, until `sent`. */
  opened(ws: NativeSocket): void {
    this.#ws = ws
    this.#opening = true
  }

  sent(): void {
    this.#opening = false
    if (this.#slow) this.flush()
  }

  closed(): void {
    this.#ws = undefined
    this.#frames = none
    for (const group of this.#groups) this.#part(group)
    this.#groups = none
  }

  /** Whether a message may be looked at; closes the socket where it may not. */
  passes(bytes: number, binary: boolean): boolean {
    if (!this.#ws) return false
    if (!binary) {
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

  /** Called while frames are handed out, when a socket must not be closed: `flush` does. */
  tooSlow(): this {
    this.#slow = true
    return this
  }

  flush(): void {
    if (this.#ws && !this.#slow) this.#write(this.#ws)
    if (!this.#ws || !this.#slow) return
    this.#transport.stats.slow += 1
    this.close(closeCodes.slow, 'too slow')
  }

  /** Takes lanes from a socket that reads too slowly and gives them back; ends one that is beyond that. */
  weigh(): void {
    if (!this.#ws) return
    const { limits, stats } = this.#transport
    const buffered = this.#ws.getBufferedAmount()
    if (buffered > limits.backpressure.must) this.#transport.later(this.tooSlow())
    const level = laneLevel(buffered, this.#level, limits.backpressure)
    if (level === this.#level) return
    if (level > 0 && this.#level < 1) stats.lost.may += 1
    if (level > 1) stats.lost.should += 1
    for (const { topics } of this.#groups) {
      // In this order: who leaves its last topic loses what waits for the end of the turn.
      this.#ws.subscribe(topics[level])
      this.#ws.unsubscribe(topics[this.#level])
    }
    this.#level = level
  }

  #put(ws: NativeSocket, frame: Uint8Array): void {
    if (ws.send(frame, true) === dropped) this.#slow = true
  }

  #part(group: UwsGroup): void {
    group.sockets.delete(this)
    this.#transport.left(group)
  }

  #write(ws: NativeSocket): void {
    const frames = this.#frames
    if (!frames.length) return
    this.#frames = none
    ws.cork(() => {
      for (const frame of frames) this.#put(ws, frame)
    })
    if (!this.#slow) this.weigh()
  }
}
