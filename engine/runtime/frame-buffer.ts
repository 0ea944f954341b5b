/** Collects a room's events between two ticks and encodes each lane once, for all sockets. */

import type { CompiledKind } from '../kernel/compiled-kind.ts'
import type { Lane } from '../kernel/feature.ts'
import type { RoomEvent } from '../kernel/journal.ts'
import type { PublishedBatch } from '../kernel/room-actor.ts'
import type { Rate } from '../transport/token-bucket.ts'
import { roomData } from '../wire/colyseus.ts'
import { laneType, type MustFrame, type WireEvent } from '../wire/messages.ts'
import { Shaper } from './shaper.ts'

interface MustRun {
  readonly epoch: number
  readonly firstSeq: number
  readonly events: WireEvent[]
}

export class FrameBuffer {
  readonly #kind: CompiledKind
  readonly #shaper: Shaper<WireEvent>
  #epoch = 0
  #must: MustRun[] = []
  #may = new Map<string, RoomEvent>()

  constructor(kind: CompiledKind, lines: Rate, now: number) {
    this.#kind = kind
    this.#shaper = new Shaper(lines, now)
  }

  /** Tells which lanes have something new to send. Numbered events are `must`, whatever else is said. */
  add({ epoch, firstSeq, events }: PublishedBatch): ReadonlySet<Lane> {
    this.#epoch = epoch
    if (firstSeq > 0) {
      this.#addMust(epoch, firstSeq, events)
      return onlyMust
    }
    const lanes = new Set<Lane>()
    for (const event of events) {
      const spec = this.#kind.events.get(event.type)?.spec
      if (spec?.lane === 'should') this.#shaper.offer(wire(event), spec.priority?.(event.data) ?? 0)
      else if (spec?.lane === 'may' && spec.merge) this.#addMay(event, spec.merge)
      else continue
      lanes.add(spec.lane)
    }
    return lanes
  }

  /** The lane's frames since the last take: most often one, none where nothing happened. */
  take(lane: Lane, now: number): { frames: Uint8Array[]; shed: number } {
    if (lane === 'should') return this.#takeShould(now)
    return { frames: lane === 'must' ? this.#takeMust() : this.#takeMay(), shed: 0 }
  }

  #addMust(epoch: number, firstSeq: number, events: readonly RoomEvent[]): void {
    const last = this.#must.at(-1)
    const wired = events.map(wire)
    if (last?.epoch === epoch && last.firstSeq + last.events.length === firstSeq) {
      last.events.push(...wired)
    } else this.#must.push({ epoch, firstSeq, events: wired })
  }

  #addMay(event: RoomEvent, merge: (a: any, b: any) => unknown): void {
    const known = this.#may.get(event.type)
    this.#may.set(event.type, known ? { ...event, data: merge(known.data, event.data) } : event)
  }

  #takeMust(): Uint8Array[] {
    const runs = this.#must
    this.#must = []
    return runs.map(({ epoch, firstSeq, events }) => {
      const frame: MustFrame = [epoch, firstSeq, events]
      return roomData(laneType.must, frame)
    })
  }

  #takeShould(now: number): { frames: Uint8Array[]; shed: number } {
    if (!this.#shaper.waiting) return { frames: [], shed: 0 }
    const { lines, shed } = this.#shaper.take(now)
    return { frames: [roomData(laneType.should, [this.#epoch, lines, shed])], shed }
  }

  #takeMay(): Uint8Array[] {
    if (!this.#may.size) return []
    const events = [...this.#may.values()].map(wire)
    this.#may.clear()
    return [roomData(laneType.may, [this.#epoch, events])]
  }
}

const onlyMust: ReadonlySet<Lane> = new Set(['must'])

export function wire({ type, data, at }: RoomEvent): WireEvent {
  return [type, data, at]
}
