/** The room instances of this node: one a key, opened behind a gate and closed when nobody needs them. */

import { generateId, matchMaker } from '@colyseus/core'
import { kindOf, type RoomKey } from '../kernel/position.ts'
import { roomLost } from '../kernel/room-error.ts'
import type { Soon } from '../kernel/soon.ts'
import { closeCodes, retryReason } from '../wire/close-codes.ts'
import type { ActorRoom } from './actor-room.ts'
import type { RoomClient } from './room-client.ts'
import type { RoomHost } from './room-host.ts'
import type { Instance } from './seats.ts'

interface Entry extends Instance {
  readonly room: Promise<ActorRoom>
  usedAt: number
}

/** A node that stops asks its clients to come back to others at no more than this rate. */
const comebacksPerSecond = 2_000
/** Commands under way may take so long to be answered before that, ms. */
const answerMs = 2_000

export class Instances {
  readonly #host: RoomHost
  readonly #byKey = new Map<RoomKey, Entry>()
  readonly #byId = new Map<string, ActorRoom>()
  #cancelSweep: () => void

  constructor(host: RoomHost) {
    this.#host = host
    this.#cancelSweep = this.#sweepLater()
  }

  /** Opens the room here, or finds it open. Throws RoomError. */
  open(key: RoomKey): Soon<Instance> {
    const entry = this.#byKey.get(key) ?? this.#enter(key)
    entry.usedAt = this.#host.clock.now()
    return this.#byId.has(entry.id) ? entry : entry.room.then(() => entry)
  }

  #enter(key: RoomKey): Entry {
    const id = `${key}-${generateId(6)}`
    const entry = { kind: kindOf(key), id, room: this.#create(key, id), usedAt: 0 }
    this.#byKey.set(key, entry)
    return entry
  }

  /** The room's instance, if it is open. */
  of(key: RoomKey): ActorRoom | undefined {
    const entry = this.#byKey.get(key)
    return entry && this.#byId.get(entry.id)
  }

  find(id: string): ActorRoom | undefined {
    return this.#byId.get(id)
  }

  /** Closes sockets on this node, in every room. */
  expel(matches: (client: RoomClient) => boolean, code: number, reason: string): void {
    for (const room of this.#byId.values()) room.expel(matches, code, () => reason)
  }

  /** Closes the room's instance here; its clients come back within a second, to a new one. */
  async dismiss(key: RoomKey): Promise<void> {
    const room = this.of(key)
    if (!room) return
    this.#byKey.delete(key)
    room.expel(
      () => true,
      closeCodes.draining,
      () => retryReason(200 + Math.random() * 800),
    )
    await room.disconnect(closeCodes.draining)
  }

  /** Answers what was asked, then sends every client away, each with a time to come back that spreads them, and closes all rooms. */
  async drain(): Promise<void> {
    this.#cancelSweep()
    await Promise.allSettled([...this.#byKey.values()].map(({ room }) => room))
    const rooms = [...this.#byId.values()]
    const answered = Promise.all(rooms.map((room) => room.settle()))
    await Promise.race([answered, new Promise<void>((go) => this.#host.clock.after(answerMs, go))])
    let clients = 0
    for (const room of this.#byId.values()) clients += room.sockets.size
    const spreadMs = (clients / comebacksPerSecond) * 1_000
    const closing: Promise<unknown>[] = []
    for (const room of [...this.#byId.values()]) {
      const reason = (): string => retryReason(Math.random() * spreadMs)
      room.expel(() => true, closeCodes.draining, reason)
      closing.push(room.disconnect(closeCodes.draining))
    }
    await Promise.allSettled(closing)
  }

  async #create(key: RoomKey, id: string): Promise<ActorRoom> {
    const { directory, metrics } = this.#host
    const closed = (): void => {
      metrics.instances -= this.#byId.delete(id) ? 1 : 0
      if (this.#byKey.get(key)?.id === id) this.#byKey.delete(key)
    }
    try {
      // Refuses with its own error; Colyseus would wrap it.
      await (directory.find?.(key) ?? directory.actor(key))
      await matchMaker.handleCreateRoom(
        kindOf(key),
        { room: key, host: this.#host, closed },
        undefined,
        id,
      )
      const room = matchMaker.getLocalRoomById(id) as unknown as ActorRoom | undefined
      if (!room) throw roomLost()
      this.#byId.set(id, room)
      metrics.instances += 1
      return room
    } catch (error) {
      closed()
      throw error
    }
  }

  #sweepLater(): () => void {
    return this.#host.clock.after(this.#host.settings.idleMs / 3, () => {
      this.#sweep()
      this.#cancelSweep = this.#sweepLater()
    })
  }

  #sweep(): void {
    const before = this.#host.clock.now() - this.#host.settings.idleMs
    for (const [key, entry] of this.#byKey) {
      const room = this.#byId.get(entry.id)
      if (room?.sockets.size || this.#host.spread?.followed(key))
        entry.usedAt = this.#host.clock.now()
      if (!room || entry.usedAt > before) continue
      this.#byKey.delete(key)
      room.disconnect(closeCodes.moved).catch((error: unknown) => this.#host.defect(error, key))
    }
  }
}
