/** Decides on which node a new seat is. */

import type { RoomKey } from '../kernel/position.ts'
import { leastLoaded, type Peer } from './peers.ts'

export interface PlacementOptions {
  readonly node: string
  /** Sockets that an instance takes before seats go to other nodes. */
  readonly limit: number
  readonly now: () => number
  /** Every node, this one too. */
  readonly peers: () => readonly Peer[]
  /** Sockets of this node in a room. */
  readonly audience: (room: RoomKey) => number
  /** Sockets of the nodes that follow a room that this node leads. */
  readonly followers: (room: RoomKey) => ReadonlyMap<string, number>
  readonly leaderOf: (room: RoomKey) => string | undefined
  /** Asks the leader's node for its `choose`. */
  readonly askLeader: (leader: string, room: RoomKey) => Promise<string | undefined>
}

/** What the leader said is believed for so long, ms: in a storm it is asked once a second, not once a seat. */
const believeMs = 1_000
const rememberedRooms = 10_000

/**
 * A seat is on the node that was asked while its instance has room. Then the leader picks the emptiest
 * instance that has room, or the least loaded node without one: both within a second or two, so the
 * limit is a soft one. With no other node to go to there is no
 * limit. Nodes that drain, and those that clients cannot address, take no seats of others.
 */
export class Placement {
  readonly #options: PlacementOptions
  readonly #believed = new Map<RoomKey, { at: number; node: Promise<string | undefined> }>()
  /** Of this second: sockets at its start and seats given since, which are no sockets yet. */
  #given = new Map<RoomKey, { base: number; seats: number }>()
  #givenSince = -Infinity

  constructor(options: PlacementOptions) {
    this.#options = options
  }

  /** The node of the next seat. */
  async place(room: RoomKey): Promise<string> {
    const { node, limit } = this.#options
    const draining = this.#peer(node)?.draining ?? false
    if (!draining && this.#here(room) < limit) {
      this.#givenNow(room).seats += 1
      return node
    }
    const place = (await this.#elsewhere(room)) ?? node
    if (!this.#peer(place)?.draining) return place
    return leastLoaded(this.#open())?.node ?? node // full or not: a full instance beats none
  }

  /** As the leader of the room: the node whose instance takes more; undefined where none does. */
  choose(room: RoomKey): string | undefined {
    const { node, limit, followers } = this.#options
    const instances = new Map(followers(room)).set(node, this.#here(room))
    const open = this.#open()
    const [emptiest] = open
      .filter((peer) => (instances.get(peer.node) ?? limit) < limit)
      .sort((a, b) => instances.get(a.node)! - instances.get(b.node)!)
    return (emptiest ?? leastLoaded(open.filter((peer) => !instances.has(peer.node))))?.node
  }

  #elsewhere(room: RoomKey): Promise<string | undefined> {
    const { now } = this.#options
    const known = this.#believed.get(room)
    if (known && now() < known.at + believeMs) return known.node
    if (this.#believed.size >= rememberedRooms) this.#believed.clear()
    const node = this.#ask(room)
    this.#believed.set(room, { at: now(), node })
    return node
  }

  /** The leader's choice, if it tells one. Never rejects. */
  async #ask(room: RoomKey): Promise<string | undefined> {
    const { node, leaderOf, askLeader } = this.#options
    const leader = leaderOf(room)
    if (leader === undefined) return undefined
    if (leader === node) return this.choose(room)
    return askLeader(leader, room).catch(() => undefined) // it is moving
  }

  /** Nodes that take seats of others. */
  #open(): Peer[] {
    return this.#options.peers().filter((peer) => !peer.draining && peer.address !== undefined)
  }

  #peer(node: string): Peer | undefined {
    return this.#options.peers().find((peer) => peer.node === node)
  }

  #here(room: RoomKey): number {
    const { base, seats } = this.#givenNow(room)
    return Math.max(this.#options.audience(room), base + seats)
  }

  #givenNow(room: RoomKey): { base: number; seats: number } {
    const { now, audience } = this.#options
    if (now() - this.#givenSince >= believeMs) {
      this.#given = new Map()
      this.#givenSince = now()
    }
    let given = this.#given.get(room)
    if (!given) this.#given.set(room, (given = { base: audience(room), seats: 0 }))
    return given
  }
}
