/** A room as another node takes it over for reading: its state at one position. */

import type { Position } from './position.ts'
import type { RecentEvents } from './recent-events.ts'
import type { RoomCore } from './room-core.ts'
import { encodeState } from './snapshot-codec.ts'

/** A room as of one position. */
export interface Replica {
  readonly position: Position
  readonly state: Uint8Array
  /** The newest events up to the position, oldest first, for clients that come back to the replica. */
  readonly recent: Uint8Array
}

/** No more than these; what does not fit in so many bytes is left out, the oldest first. */
const mostEvents = 1_000
export const mostRecentBytes = 512 * 1024

/** Of the last position for which a replica was made: many nodes ask for one at a time. */
const encoded = new WeakMap<RecentEvents, { seq: number; bytes: Uint8Array }>()

export function replicaOf(core: RoomCore, position: Position, recent: RecentEvents): Replica {
  return {
    position,
    state: encodeState(core.snapshot(position.epoch)),
    recent: newest(recent, position.seq),
  }
}

function newest(recent: RecentEvents, seq: number): Uint8Array {
  const known = encoded.get(recent)
  if (known?.seq === seq) return known.bytes
  let events = recent.last(mostEvents)
  let bytes = encodeState(events)
  while (bytes.length > mostRecentBytes) {
    const count = Math.floor((0.9 * events.length * mostRecentBytes) / bytes.length)
    events = count ? events.slice(-count) : []
    bytes = encodeState(events)
  }
  encoded.set(recent, { seq, bytes })
  return bytes
}
