/** Reads the frames of a room's lanes. The same bytes go to every viewer: they are decoded once. */

import { decode } from '../../engine/wire/codec.ts'
import {
  laneType,
  type MayFrame,
  type MustFrame,
  type ShouldFrame,
  type WireEvent,
} from '../../engine/wire/messages.ts'

/** A frame as it came, and how often. */
export interface SeenFrame {
  readonly bytes: Buffer
  readonly lane: keyof typeof laneType
  readonly epoch: number
  /** Number of the first event; 0 in lanes whose events have none. */
  readonly firstSeq: number
  readonly events: readonly WireEvent[]
  readonly shed: number
  deliveries: number
}

export type FrameTotals = Record<string, number>

const lanes = new Map(Object.entries(laneType).map(([lane, type]) => [type.charCodeAt(0), lane]))
/** Of each room; a viewer that lags further behind costs one more decoding. */
const remembered = 8

export class FrameMemory {
  /** Deliveries by type of event, of frames that are forgotten. */
  readonly #delivered: FrameTotals = {}
  readonly #recent: SeenFrame[] = []
  /** Frames that were decoded. */
  distinct = 0

  /** The `ROOM_DATA` frame in `bytes`; undefined where it is none of a lane. Throws on garbage. */
  take(bytes: Buffer, start: number, end: number): SeenFrame | undefined {
    if (bytes[start] !== 13 || bytes[start + 1] !== 0xa1) return undefined
    const lane = lanes.get(bytes[start + 2]!)
    if (lane === undefined) return undefined
    for (let index = this.#recent.length - 1; index >= 0; index -= 1) {
      const known = this.#recent[index]!
      const { length } = known.bytes
      if (length === end - start && !known.bytes.compare(bytes, start, end, 0, length)) {
        known.deliveries += 1
        return known
      }
    }
    const seen = read(lane as SeenFrame['lane'], Buffer.from(bytes.subarray(start, end)))
    this.distinct += 1
    this.#recent.push(seen)
    if (this.#recent.length > remembered) this.#forget()
    return seen
  }

  /** Deliveries so far by type of event. */
  addTo(totals: FrameTotals): void {
    for (const [type, count] of Object.entries(this.#delivered)) add(totals, type, count)
    for (const seen of this.#recent) addFrame(totals, seen)
  }

  #forget(): void {
    addFrame(this.#delivered, this.#recent.shift()!)
  }
}

function read(lane: SeenFrame['lane'], bytes: Buffer): SeenFrame {
  const payload = decode(bytes.subarray(3))
  const frame = { bytes, lane, firstSeq: 0, shed: 0, deliveries: 1 }
  if (lane === 'must') {
    const [epoch, firstSeq, events] = payload as MustFrame
    return { ...frame, epoch, firstSeq, events }
  }
  if (lane === 'should') {
    const [epoch, events, shed] = payload as ShouldFrame
    return { ...frame, epoch, events, shed }
  }
  const [epoch, events] = payload as MayFrame
  return { ...frame, epoch, events }
}

function addFrame(totals: FrameTotals, { events, deliveries }: SeenFrame): void {
  for (const [type] of events) add(totals, type, deliveries)
}

export function add(totals: FrameTotals, key: string | number, count = 1): void {
  totals[key] = (totals[key] ?? 0) + count
}
