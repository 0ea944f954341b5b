/** The rooms of other nodes that this node follows: one relay a room, for whoever needs it. */

import type { CompiledKind } from '../kernel/compiled-kind.ts'
import type { RoomKey } from '../kernel/position.ts'
import { RelayActor, type RelayOptions } from './relay-actor.ts'

export type RelaysOptions = Omit<RelayOptions, 'room' | 'kind' | 'leader' | 'sockets'> & {
  /** Sockets of this node in a room. */
  readonly sockets: (room: RoomKey) => number
  /** A relay that nobody listens to is closed after so many ms. Default 10,000. */
  readonly idleMs?: number
}

interface Entry {
  readonly leader: string
  readonly opening: Promise<RelayActor>
  actor?: RelayActor
  usedAt: number
}

export class Relays {
  readonly #options: RelaysOptions
  readonly #rooms = new Map<RoomKey, Entry>()
  #cancelSweep: () => void

  constructor(options: RelaysOptions) {
    this.#options = options
    this.#cancelSweep = this.#sweepLater()
  }

  get count(): number {
    return this.#rooms.size
  }

  /** The relay that is open or being opened. */
  get(room: RoomKey): Promise<RelayActor> | undefined {
    const entry = this.#rooms.get(room)
    if (entry) entry.usedAt = this.#options.env.now()
    return entry?.opening
  }

  /** Rooms that are relayed here, or will be in a moment. */
  keys(): RoomKey[] {
    return [...this.#rooms.keys()]
  }

  /** The open relay; a look does not keep it open. */
  peek(room: RoomKey): RelayActor | undefined {
    return this.#rooms.get(room)?.actor
  }

  leaderOf(room: RoomKey): string | undefined {
    return this.#rooms.get(room)?.leader
  }

  /** Follows `leader`, unless a relay of the room is there already. Throws what `RelayActor.open` throws. */
  open(room: RoomKey, kind: CompiledKind, leader: string): Promise<RelayActor> {
    const known = this.get(room)
    if (known) return known
    const { sockets, env } = this.#options
    const opening = RelayActor.open({
      ...this.#options,
      room,
      kind,
      leader,
      sockets: () => sockets(room),
    })
    const entry: Entry = { leader, opening, usedAt: env.now() }
    this.#rooms.set(room, entry)
    const forget = (): void => {
      if (this.#rooms.get(room) === entry) this.#rooms.delete(room)
    }
    opening.then((actor) => {
      entry.actor = actor
      actor.onLost(forget)
    }, forget)
    return opening
  }

  /** The room's leader is another one now; whoever listens looks for it. */
  lose(room: RoomKey, leader: string): void {
    const entry = this.#rooms.get(room)
    if (entry?.leader === leader) entry.actor?.lose()
  }

  /** Everything that the node led may be led by another one soon. */
  gone(node: string): void {
    for (const [room, { leader }] of this.#rooms) if (leader === node) this.lose(room, node)
  }

  close(): void {
    this.#cancelSweep()
    for (const { actor } of [...this.#rooms.values()]) actor?.lose()
  }

  #sweepLater(): () => void {
    const { env, idleMs = 10_000 } = this.#options
    return env.after(idleMs / 2, () => {
      this.#sweep(env.now() - idleMs)
      this.#cancelSweep = this.#sweepLater()
    })
  }

  #sweep(before: number): void {
    for (const { actor, usedAt } of [...this.#rooms.values()])
      if (actor?.idle && usedAt <= before) actor.lose()
  }
}
