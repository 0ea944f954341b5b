/** The flushes of a node: what waits in all its rooms goes into one transaction after the other. */

import { CommitPace } from './commit-pace.ts'
import type { FlushResult, Journal } from './journal.ts'
import type { FlushBatch } from './room-batch.ts'
import type { Environment } from './room-core.ts'

/** A room with commands waiting. */
export interface Flushable {
  /** How many commands wait. */
  readonly waiting: number
  /** Up to `limit` waiting commands as a batch; undefined when none waits. */
  take(limit: number): FlushBatch | undefined
  /** The transaction that held the batch has committed; `fenced` where this room's part dropped out. */
  flushed(batch: FlushBatch, result: FlushResult): void
  /** The outcome is unknown or nothing was written. */
  failed(batch: FlushBatch, error: unknown): void
}

interface Options {
  /** Most commands of one flush. */
  readonly maxCommands?: number
  readonly defer?: Environment['defer']
  /** ms. */
  readonly now?: Environment['now']
  /** From so many waiting commands on, a flush beside the one under way is worth its round trips. */
  readonly worthwhile?: number | undefined
}

/**
 * Flushes as soon as it is idle and never lingers: what arrives during a flight forms the next batch.
 * Where much waits in several rooms, two flushes are under way, each with rooms of its own: one has the
 * processor while the other has the database. At most `maxCommands` each and no more than the pace allows.
 * Where more waits, rooms share it alike, and what one does not need goes to the others.
 */
export class Committer {
  readonly #journal: Journal
  readonly #pace: CommitPace
  readonly #defer: (task: () => void) => void
  readonly #worthwhile: number
  readonly #waiting = new Set<Flushable>()
  readonly #flying = new Set<Flushable>()
  #flights = 0
  #starting = false
  #idle = Promise.withResolvers<void>()

  constructor(journal: Journal, options: Options = {}) {
    const { maxCommands = 2_000, defer = setImmediate, now = Date.now, worthwhile = 64 } = options
    this.#journal = journal
    this.#pace = new CommitPace(maxCommands, now)
    this.#defer = defer
    this.#worthwhile = worthwhile
  }

  /** Tells that `room` has commands waiting. */
  wake(room: Flushable): void {
    this.#waiting.add(room)
    if (this.#starting || this.#flights === 2) return
    this.#starting = true
    // One turn later, so that everything that arrives in one turn shares the flush.
    this.#defer(() => {
      this.#starting = false
      this.#start()
    })
  }

  /** ms that one more command of a room in which `before` wait would wait for others. */
  waitMs(before: number): number {
    return this.#pace.waitMs(before, this.#waiting.size)
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#starting || this.#flights) await this.#idle.promise
  }

  #start(): void {
    for (;;) {
      const rooms = this.#ready()
      const commands = rooms.reduce((sum, { waiting }) => sum + waiting, 0)
      if (!commands || this.#flights === 2 || (this.#flights && commands < this.#worthwhile)) break
      const both = !this.#flights && commands >= 2 * this.#worthwhile
      void this.#fly(this.#take(rooms, both ? commands / 2 : commands))
    }
    if (this.#starting || this.#flights) return
    this.#idle.resolve()
    this.#idle = Promise.withResolvers()
  }

  /** Rooms that may fly. One under way, or lost, has nothing to give; it wakes us again when it has. */
  #ready(): Flushable[] {
    for (const room of this.#waiting)
      if (this.#flying.has(room) || !room.waiting) this.#waiting.delete(room)
    return inTurn(this.#waiting, this.#pace.limit)
  }

  /** Whole rooms, until so many commands are together; of each no more than its share of the limit. */
  #take(rooms: readonly Flushable[], enough: number): Part[] {
    const parts: Part[] = []
    const { limit } = this.#pace
    let left = limit
    for (const [index, room] of rooms.entries()) {
      if (left <= 0 || limit - left >= enough) break
      this.#waiting.delete(room) // comes back behind the others if more waits
      const batch = room.take(Math.ceil(left / (rooms.length - index)))
      if (!batch) continue
      left -= batch.waiting.length
      parts.push({ room, batch })
    }
    return parts
  }

  async #fly(parts: readonly Part[]): Promise<void> {
    if (!parts.length) return
    this.#flights += 1
    for (const { room } of parts) this.#flying.add(room)
    const ended = this.#pace.started()
    const landed = await this.#journal.flush(parts.map(({ batch }) => batch)).then(
      (results) => ({ results }),
      (error: unknown) => ({ error }),
    )
    ended(parts.reduce((sum, { batch }) => sum + batch.waiting.length, 0))
    this.#flights -= 1
    for (const { room } of parts) this.#flying.delete(room)
    for (const [index, { room, batch }] of parts.entries())
      if ('error' in landed) room.failed(batch, landed.error)
      else room.flushed(batch, landed.results[index] ?? 'fenced')
    this.#start()
  }
}

interface Part {
  readonly room: Flushable
  readonly batch: FlushBatch
}

/** Where all cannot be served, those first who need least: each one's share of what is left is then no less. */
function inTurn(waiting: ReadonlySet<Flushable>, limit: number): Flushable[] {
  const rooms = [...waiting]
  // So many rooms have one command each, the longest waiting first.
  if (rooms.length >= limit) return rooms
  return rooms.sort((a, b) => a.waiting - b.waiting)
}
