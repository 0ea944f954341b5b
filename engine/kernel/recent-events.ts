/** The newest committed events of a room, for clients that come back after a drop. */

import type { RoomEvent } from './journal.ts'

/** Gapless and bounded: holds between `capacity` and twice as many events. */
export class RecentEvents {
  readonly #capacity: number
  #first = 1
  #events: RoomEvent[] = []

  constructor(capacity = 2_000) {
    this.#capacity = capacity
  }

  /** `firstSeq` that does not follow what is held starts the ring anew. */
  push(firstSeq: number, events: readonly RoomEvent[]): void {
    if (firstSeq !== this.#first + this.#events.length) {
      this.#first = firstSeq
      this.#events = []
    }
    for (const event of events) this.#events.push(event)
    if (this.#events.length > 2 * this.#capacity) {
      const drop = this.#events.length - this.#capacity
      this.#events = this.#events.slice(drop)
      this.#first += drop
    }
  }

  /** The newest events, `most` of them at most. */
  last(most: number): readonly RoomEvent[] {
    return this.#events.slice(-most)
  }

  /** The events numbered `seq + 1` and up; undefined where the ring does not reach so far back. */
  since(seq: number): readonly RoomEvent[] | undefined {
    if (seq + 1 < this.#first || seq > this.#first + this.#events.length - 1) return undefined
    return this.#events.slice(seq + 1 - this.#first)
  }
}
