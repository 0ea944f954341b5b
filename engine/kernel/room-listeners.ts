/** Those who hear what happens in a room: its sockets' side, archives, tests. */

import type { Lane } from './feature.ts'
import type { RoomEvent } from './journal.ts'
import type { RoomKey } from './position.ts'

/** Events that may be seen now. `firstSeq` 0: unnumbered (checkpoint and volatile events). */
export interface PublishedBatch {
  readonly epoch: number
  readonly firstSeq: number
  readonly events: readonly RoomEvent[]
  /** Where the leader has already made the frame of exactly these events: relays send the same bytes. */
  readonly ready?: { readonly lane: Lane; readonly frame: Uint8Array }
}

export interface RoomListener {
  /** In the order of the log, in the turn in which they became visible. */
  events(batch: PublishedBatch): void
  /** The activation is over; nothing more comes from it. The room may be open elsewhere by now. */
  lost(): void
}

/** Hears every room of a node, without keeping any of them open: archives, metrics. */
export type Observer = (room: RoomKey, batch: PublishedBatch) => void

/** A listener that throws harms neither the room nor the others. */
export class RoomListeners {
  readonly #listeners = new Set<RoomListener>()
  readonly #observe: ((batch: PublishedBatch) => void) | undefined
  readonly #defect: (error: unknown, where: string) => void
  #over = false

  constructor(
    defect: (error: unknown, where: string) => void,
    observe?: (batch: PublishedBatch) => void,
  ) {
    this.#defect = defect
    this.#observe = observe
  }

  get size(): number {
    return this.#listeners.size
  }

  /** Whoever comes too late is told so, after this turn. */
  add(listener: RoomListener): () => void {
    if (this.#over) queueMicrotask(() => this.#guard(() => listener.lost()))
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  publish(batch: PublishedBatch): void {
    if (!batch.events.length) return
    this.#tell((listener) => listener.events(batch))
    this.#guard(() => this.#observe?.(batch))
  }

  lost(): void {
    this.#over = true
    this.#tell((listener) => listener.lost())
    this.#listeners.clear()
  }

  #tell(tell: (listener: RoomListener) => void): void {
    for (const listener of this.#listeners) this.#guard(() => tell(listener))
  }

  #guard(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#defect(error, 'a listener')
    }
  }
}
