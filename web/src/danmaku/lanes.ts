/** Where danmaku fly: lanes in which no line ever touches another. Pure; time comes from the caller. */
import type { DanmakuMode } from '../../../sdk/index.ts'

export interface Flight {
  readonly id: string
  readonly mode: DanmakuMode
  readonly lane: number
  /** Width of the drawn line in px. */
  readonly width: number
  readonly startedAt: number
  /** When the line is gone, same clock as `startedAt`. */
  readonly endsAt: number
}

export interface Field {
  readonly width: number
  /** Lanes of the area that lines may use. */
  readonly lanes: number
  /** Time in which a scrolling line crosses, ms. */
  readonly travelMs: number
  /** Time for which a fixed line stands, ms. */
  readonly holdMs: number
  /** Least space between two lines of a lane, px. */
  readonly gap: number
}

/**
 * A scrolling line of width w crosses `width + w` in `travelMs`, so long lines fly faster. A lane takes
 * a line only when the one before has entered wholly and will have left before the new one arrives at
 * the left edge: both move evenly, so they cannot meet in between.
 */
export class Lanes {
  #field: Field
  /** The last flight of each lane; fixed lines from top and bottom have lanes of their own. */
  readonly #last: Record<DanmakuMode, (Flight | undefined)[]> = { scroll: [], top: [], bottom: [] }

  constructor(field: Field) {
    this.#field = field
  }

  get field(): Field {
    return this.#field
  }

  /** A new size or speed; the lanes are taken as empty, so the caller drops what flies. */
  reset(field: Field): void {
    this.#field = field
    for (const mode of ['scroll', 'top', 'bottom'] as const) this.#last[mode] = []
  }

  /** Whether some lane could take a line of no width now: cheap, before anything is measured. */
  hasRoom(mode: DanmakuMode, now: number): boolean {
    for (let lane = 0; lane < this.#field.lanes; lane++) {
      if (this.#fits(mode, lane, 0, now)) return true
    }
    return false
  }

  /** Takes the first free lane; undefined when all are taken. */
  place(id: string, mode: DanmakuMode, width: number, now: number): Flight | undefined {
    const { lanes, travelMs, holdMs } = this.#field
    for (let lane = 0; lane < lanes; lane++) {
      if (!this.#fits(mode, lane, width, now)) continue
      const endsAt = now + (mode === 'scroll' ? travelMs : holdMs)
      const flight: Flight = { id, mode, lane, width, startedAt: now, endsAt }
      this.#last[mode][lane] = flight
      return flight
    }
    return undefined
  }

  /** Left edge of a flight in px from the left of the field. */
  x(flight: Flight, now: number): number {
    const { width, travelMs } = this.#field
    if (flight.mode !== 'scroll') return (width - flight.width) / 2
    return width - ((now - flight.startedAt) / travelMs) * (width + flight.width)
  }

  #fits(mode: DanmakuMode, lane: number, width: number, now: number): boolean {
    const last = this.#last[mode][lane]
    if (!last || last.endsAt <= now) return true
    if (mode !== 'scroll') return false
    const field = this.#field
    if (this.x(last, now) + last.width + field.gap > field.width) return false
    const reachesLeft = now + (field.travelMs * (field.width - field.gap)) / (field.width + width)
    return reachesLeft >= last.endsAt
  }
}
