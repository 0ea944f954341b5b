/** Live traces: the events of rooms that somebody looks at, and of no others. */

import { randomBytes } from 'node:crypto'
import type { RoomEvent } from '../../engine/kernel/journal.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import type { PublishedBatch } from '../../engine/kernel/room-listeners.ts'
import type { RoomEventRow, RoomTrace } from './inspector.protocol.ts'
import { eventLimits, treeOf } from './state-tree.ts'

interface Trace {
  readonly id: string
  /** Number of events that came before those held. */
  dropped: number
  readonly events: [number, RoomEvent][]
  askedAt: number
}

/** A trace that nobody asks for is ended after so long, ms. */
const patienceMs = 30_000
const held = 2_000
const pageSize = 200

export class RoomTraces {
  readonly #rooms = new Map<RoomKey, Trace>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Called for every batch of the node: does nothing for rooms that nobody looks at. */
  observe(room: RoomKey, { firstSeq, events }: PublishedBatch): void {
    const trace = this.#rooms.get(room)
    if (!trace) return
    if (this.#now() - trace.askedAt > patienceMs) return void this.#rooms.delete(room)
    for (const [index, event] of events.entries())
      trace.events.push([firstSeq && firstSeq + index, event])
    if (trace.events.length < 2 * held) return
    trace.dropped += trace.events.splice(0, trace.events.length - held).length
  }

  /**
   * What came after `after`. Without it the trace begins with the newest events; with that of an ended
   * trace or of another node, with those after the last numbered one that was told. `recent` gives the
   * numbered events after a number, or the newest ones.
   */
  read(
    room: RoomKey,
    after: string | undefined,
    recent: (after: number | undefined) => readonly [number, RoomEvent][],
  ): RoomTrace {
    const trace = this.#rooms.get(room)
    const [id, count, told = '0'] = after?.split('.') ?? []
    if (!trace || trace.id !== id) return this.#begin(room, Number(told), recent)
    trace.askedAt = this.#now()
    const from = Math.max(0, Number(count) - trace.dropped)
    const missed = Math.max(0, trace.dropped - Number(count))
    const events = trace.events.slice(from, from + pageSize)
    const read = trace.dropped + Math.min(from, trace.events.length) + events.length
    const cursor = `${trace.id}.${read}.${lastSeq(events) ?? told}`
    return { cursor, events: events.map(rowOf), missed }
  }

  /** Several people may look at once: they share one trace. */
  #begin(
    room: RoomKey,
    told: number,
    recent: (after: number | undefined) => readonly [number, RoomEvent][],
  ): RoomTrace {
    let trace = this.#rooms.get(room)
    if (!trace || this.#now() - trace.askedAt > patienceMs) {
      trace = { id: randomBytes(5).toString('hex'), dropped: 0, events: [], askedAt: 0 }
      this.#rooms.set(room, trace)
    }
    trace.askedAt = this.#now()
    const events = recent(told || undefined)
      .filter(([seq]) => seq > told)
      .slice(-pageSize)
    const last = lastSeq(events) ?? told
    const missed = told && last > told ? last - told - events.length : 0
    const cursor = `${trace.id}.${trace.dropped + trace.events.length}.${last}`
    return { cursor, events: events.map(rowOf), missed }
  }
}

function lastSeq(events: readonly (readonly [number, RoomEvent])[]): number | undefined {
  return events.findLast(([seq]) => seq > 0)?.[0]
}

/** `seq` 0: unnumbered. */
export function rowOf([seq, { type, data, at }]: readonly [number, RoomEvent]): RoomEventRow {
  return { ...(seq && { seq }), type, data: treeOf(data, eventLimits), at }
}
