/** Watches the rooms of a node from outside: how much happens, how large they are, when they were stored. */

import type { Journal } from '../../engine/kernel/journal.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import type { PublishedBatch } from '../../engine/kernel/room-listeners.ts'
import type { RoomHistory } from './room-history.ts'

export interface Figures {
  readonly eventsPerSecond: number
  /** What the room last said of it; undefined where its kind says nothing. */
  readonly audience: number | undefined
  readonly stateBytes: number | undefined
  /** Milliseconds since 1970. */
  readonly storedAt: number | undefined
  /** How long the oldest flush under way has lasted; where none is, what the last one took, ms. */
  readonly flushMs: number | undefined
}

interface Flights {
  /** Of those under way, in the order of their start, ms since 1970. */
  readonly since: number[]
  /** Of the last one that ended. */
  tookMs: number | undefined
}

interface Counts {
  readonly flights: Flights
  audience: number | undefined
  stateBytes: number | undefined
  storedAt: number | undefined
  /** Events by second, a ring; `second` is that of the newest place. */
  readonly events: Uint32Array
  second: number
}

const windowSeconds = 10

export class RoomFigures {
  readonly #rooms = new Map<RoomKey, Counts>()
  readonly #now: () => number
  readonly #flights: Flights = { since: [], tookMs: undefined }
  #takenOver = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Of the node's journal, as a room's `flushMs`. */
  get flushMs(): number {
    return this.#lasted(this.#flights) ?? 0
  }

  /** Rooms opened here whose former owner's lease had run out. */
  get takenOver(): number {
    return this.#takenOver
  }

  observe(room: RoomKey, { events }: Pick<PublishedBatch, 'events'>): void {
    const counts = this.#rooms.get(room)
    if (!counts) return
    this.#turn(counts)
    counts.events[counts.second % windowSeconds]! += events.length
    for (const { type, data } of events)
      if (type === 'audience.changed') counts.audience = data.count
  }

  /** The journal as it is, seen on its way: what it stores and gives back is noted, and kept in `history`. */
  watch(journal: Journal, history: Pick<RoomHistory, 'stored' | 'forget'>): Journal {
    return {
      open: async (room, owner) => {
        const opened = await journal.open(room, owner)
        const { snapshot, tail, takenFrom } = opened
        if (takenFrom !== undefined) this.#takenOver += 1
        const isNew = !snapshot && (tail[0]?.firstSeq ?? 1) === 1
        if (!this.#rooms.has(room)) this.#rooms.set(room, this.#none())
        if (snapshot) this.#stored(room, snapshot.bytes)
        if (snapshot || isNew) history.stored(room, snapshot?.seq ?? 0, snapshot?.bytes)
        return opened
      },
      checkpoint: async (room, at, bytes) => {
        const held = await journal.checkpoint(room, at, bytes)
        if (held) {
          this.#stored(room, bytes)
          history.stored(room, at.seq, bytes)
        }
        return held
      },
      flush: (batches) =>
        this.#timed(
          batches.map(({ room }) => room),
          () => journal.flush(batches),
        ),
      read: (...asked) => journal.read(...asked),
      due: (...asked) => journal.due(...asked),
      release: async (room, ...given) => {
        await journal.release(room, ...given)
        history.forget(room)
      },
    }
  }

  /** The room is not open here any more: what comes late is not noted. */
  forget(room: RoomKey): void {
    this.#rooms.delete(room)
  }

  of(room: RoomKey): Figures {
    const counts = this.#rooms.get(room) ?? this.#none()
    this.#turn(counts)
    const { audience, stateBytes, storedAt, flights } = counts
    const sum = counts.events.reduce((total, count) => total + count, 0)
    const flushMs = this.#lasted(flights)
    return { eventsPerSecond: sum / windowSeconds, audience, stateBytes, storedAt, flushMs }
  }

  async #timed<T>(rooms: readonly RoomKey[], flush: () => Promise<T>): Promise<T> {
    const since = this.#now()
    const ofRooms = rooms.flatMap((room) => this.#rooms.get(room)?.flights ?? [])
    const all = [this.#flights, ...ofRooms]
    for (const flights of all) flights.since.push(since)
    try {
      return await flush()
    } finally {
      for (const flights of all) {
        flights.since.splice(flights.since.indexOf(since), 1)
        flights.tookMs = this.#now() - since
      }
    }
  }

  #lasted({ since: [oldest], tookMs }: Flights): number | undefined {
    return oldest === undefined ? tookMs : this.#now() - oldest
  }

  #stored(room: RoomKey, bytes: Uint8Array): void {
    const counts = this.#rooms.get(room)
    if (!counts) return
    counts.stateBytes = bytes.length
    counts.storedAt = this.#now()
  }

  #none(): Counts {
    return {
      flights: { since: [], tookMs: undefined },
      audience: undefined,
      stateBytes: undefined,
      storedAt: undefined,
      events: new Uint32Array(windowSeconds),
      second: this.#second(),
    }
  }

  /** Empties the places of the seconds that went by. */
  #turn(counts: Counts): void {
    const second = this.#second()
    const passed = Math.min(second - counts.second, windowSeconds)
    for (let step = 1; step <= passed; step += 1)
      counts.events[(counts.second + step) % windowSeconds] = 0
    if (passed > 0) counts.second = second
  }

  #second(): number {
    return Math.floor(this.#now() / 1_000)
  }
}
