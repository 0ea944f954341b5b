/** The leader's side of its relays: who follows which room, and the frames that go to them. */

import type { RoomKey } from '../kernel/position.ts'
import type { Bus } from './bus.ts'
import { encodeSpread, roomChannel, type SpreadKind } from './spread-frame.ts'

/** A relay that has not said for so long that it follows is forgotten, ms. It says so every 2 s. */
export const followMs = 7_000

interface Followed {
  epoch: number
  /** Of the last frame sent. */
  count: number
  /** `count`: of the last frame sent when the relay was heard of last. */
  readonly relays: Map<string, { until: number; sockets: number; count: number }>
}

/** What a relay says of itself. */
export interface Following {
  readonly sockets: number
  /** Of the last frame that it has. */
  readonly count: number
}

/** One message a frame, however many relays follow: the leader never loops over viewers or relays. */
export class Followers {
  readonly #bus: Bus
  readonly #now: () => number
  readonly #rooms = new Map<RoomKey, Followed>()

  constructor(bus: Bus, now: () => number) {
    this.#bus = bus
    this.#now = now
  }

  /** From the next frame on `relay` gets them all; tells the number of the last one before. */
  add(room: RoomKey, epoch: number, relay: string): number {
    let followed = this.#rooms.get(room)
    if (followed?.epoch !== epoch) {
      followed = { epoch, count: 0, relays: new Map() }
      this.#rooms.set(room, followed)
    }
    this.#touch(followed, relay, 0)
    return followed.count
  }

  /**
   * False where the relay has to start anew: it is unknown, or has still not got what was sent before it
   * was heard of the last time, and no later frame may come to tell it so.
   */
  keep(room: RoomKey, epoch: number, relay: string, { sockets, count }: Following): boolean {
    const followed = this.#rooms.get(room)
    const known = followed?.epoch === epoch ? followed.relays.get(relay) : undefined
    if (!followed || !known || !(count >= known.count)) return false
    // What is no number of sockets would steer seats.
    this.#touch(followed, relay, Number.isSafeInteger(sockets) && sockets > 0 ? sockets : 0)
    return true
  }

  /** True while any relay follows. */
  followed(room: RoomKey): boolean {
    const followed = this.#rooms.get(room)
    return followed !== undefined && this.#prune(room, followed)
  }

  /** Nodes that follow the room, and how many sockets each has. */
  of(room: RoomKey): ReadonlyMap<string, number> {
    const followed = this.#rooms.get(room)
    if (!followed) return new Map()
    this.#prune(room, followed)
    return new Map([...followed.relays].map(([node, { sockets }]) => [node, sockets]))
  }

  send(room: RoomKey, epoch: number, kind: SpreadKind, frame: Uint8Array): void {
    const followed = this.#rooms.get(room)
    if (!followed || followed.epoch !== epoch || !this.#prune(room, followed)) return
    followed.count += 1
    this.#bus.publish(
      roomChannel(room),
      encodeSpread({ epoch, count: followed.count, kind, frame }),
    )
  }

  /** The room is given up: its relays look for the next leader at once. */
  end(room: RoomKey): void {
    const followed = this.#rooms.get(room)
    if (followed) this.send(room, followed.epoch, 'ended', new Uint8Array())
    this.#rooms.delete(room)
  }

  #touch({ relays, count }: Followed, relay: string, sockets: number): void {
    relays.set(relay, { until: this.#now() + followMs, sockets, count })
  }

  /** True while anybody follows. */
  #prune(room: RoomKey, { relays }: Followed): boolean {
    for (const [relay, { until }] of relays) if (until < this.#now()) relays.delete(relay)
    if (!relays.size) this.#rooms.delete(room)
    return relays.size > 0
  }
}
