/** The past of the rooms of a node: a state at any position from which the log is still kept. */

import type { CompiledKind } from '../../engine/kernel/compiled-kind.ts'
import type { Journal, RoomEvent } from '../../engine/kernel/journal.ts'
import type { RoomState } from '../../engine/kernel/kind.ts'
import { kindOf, type RoomKey } from '../../engine/kernel/position.ts'
import { RoomCore, type Environment, type Snapshot } from '../../engine/kernel/room-core.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { decodeState } from '../../engine/kernel/snapshot-codec.ts'

/** A stored state; without bytes the initial one. */
interface Base {
  readonly seq: number
  readonly at: number
  readonly bytes: Uint8Array | undefined
}

export interface RoomHistoryOptions {
  readonly kinds: () => ReadonlyMap<string, CompiledKind>
  readonly read: Journal['read']
  readonly env: Environment
  /** Bytes of snapshots kept for all rooms. Default 32 MiB. */
  readonly maxBytes?: number
}

/** Least ms between two kept snapshots of a room, and how many there may be. */
const apartMs = 8_000
const mostBases = 16
const pageSize = 500

/**
 * The journal stores one snapshot a room, so those that pass through this node are kept for a while:
 * the state at a position is the newest of them before it and the entries after it. Likes and other
 * events that are not logged are in it as far as that snapshot has them.
 */
export class RoomHistory {
  readonly #options: RoomHistoryOptions
  readonly #rooms = new Map<RoomKey, Base[]>()
  #bytes = 0

  constructor(options: RoomHistoryOptions) {
    this.#options = options
  }

  /** A stored state of the room, in the order of the log; `bytes` undefined: the room is new. */
  stored(room: RoomKey, seq: number, bytes: Uint8Array | undefined): void {
    const bases = this.#rooms.get(room) ?? []
    const at = this.#options.env.now()
    const [former, newest] = bases.slice(-2)
    const tooNear = newest && former && newest.at - former.at < apartMs
    if (newest && (tooNear || newest.seq === seq)) this.#drop(bases, bases.length - 1)
    bases.push({ seq, at, bytes })
    this.#bytes += weightOf(bytes)
    if (bases.length > mostBases) this.#drop(bases, 0)
    this.#rooms.delete(room)
    this.#rooms.set(room, bases)
    this.#shrink()
  }

  forget(room: RoomKey): void {
    for (const { bytes } of this.#rooms.get(room) ?? []) this.#bytes -= weightOf(bytes)
    this.#rooms.delete(room)
  }

  /** The oldest position whose state can be told; undefined: none before the present. */
  async from(room: RoomKey): Promise<number | undefined> {
    for (const { seq } of this.#rooms.get(room) ?? [])
      if (await this.#options.read(room, seq, 1)) return seq
    return undefined
  }

  /** State after the event `seq`. Throws `position.unknown` where the log no longer reaches so far back. */
  async at(room: RoomKey, seq: number): Promise<RoomState> {
    const base = this.#rooms.get(room)?.findLast((one) => one.seq <= seq)
    const kind = this.#options.kinds().get(kindOf(room))
    if (!base || !kind) throw gone()
    const core = new RoomCore(kind, this.#options.env)
    if (base.bytes) core.restore(decodeState<Snapshot>(base.bytes))
    for await (const [number, event] of this.#entries(room, base.seq)) {
      if (number > seq) break
      core.evolve(event)
    }
    return core.state
  }

  /** Numbered events after `after`, oldest first. Throws like `at`. */
  async events(room: RoomKey, after: number, limit: number): Promise<[number, RoomEvent][]> {
    const events: [number, RoomEvent][] = []
    for await (const numbered of this.#entries(room, after)) {
      events.push(numbered)
      if (events.length === limit) break
    }
    return events
  }

  async *#entries(room: RoomKey, after: number): AsyncGenerator<[number, RoomEvent]> {
    for (let position = after; ;) {
      const page = await this.#options.read(room, position, pageSize)
      if (!page) throw gone()
      for (const { firstSeq, events } of page) {
        for (const [index, event] of events.entries()) {
          const seq = firstSeq + index
          if (seq <= position) continue
          position = seq
          yield [seq, event]
        }
      }
      if (page.length < pageSize) return
    }
  }

  /** Of the rooms that were stored longest ago the older states go first, then the last ones. */
  #shrink(): void {
    const most = this.#options.maxBytes ?? 32 * 1024 * 1024
    for (const bases of this.#rooms.values()) {
      while (this.#bytes > most && bases.length > 1) this.#drop(bases, 0)
    }
    for (const room of [...this.#rooms.keys()]) {
      if (this.#bytes <= most) return
      this.forget(room)
    }
  }

  #drop(bases: Base[], index: number): void {
    const [dropped] = bases.splice(index, 1)
    if (dropped) this.#bytes -= weightOf(dropped.bytes)
  }
}

function weightOf(bytes: Uint8Array | undefined): number {
  return (bytes?.length ?? 0) + 200
}

function gone(): RoomError {
  return new RoomError(
    'position.unknown',
    'The state at this position can no longer be told; take a later one.',
    { retry: 'fix' },
  )
}
