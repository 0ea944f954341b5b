/** Decides when a room's lanes are sent: at once after a pause, then once a window. */

import type { Lane } from '../kernel/feature.ts'

/** Shortest time between two frames of a lane, ms. */
export type Windows = Readonly<Record<Lane, number>>

export interface ClockSource {
  now(): number
  /** Runs `task` after `ms`; the result cancels it. */
  after(ms: number, task: () => void): () => void
}

const lanes: readonly Lane[] = ['must', 'should', 'may']
/** Lanes that fall due so soon go along: one write a socket instead of two. ms. */
const togetherMs = 10

/** Holds one timer while something waits and none while the room is quiet. */
export class FrameClock {
  readonly #windows: Windows
  readonly #source: ClockSource
  readonly #send: (lanes: readonly Lane[]) => void
  readonly #sentAt: Record<Lane, number> = { must: -Infinity, should: -Infinity, may: -Infinity }
  readonly #waiting = new Set<Lane>()
  #cancel: (() => void) | undefined
  #rings = Infinity

  constructor(windows: Windows, source: ClockSource, send: (lanes: readonly Lane[]) => void) {
    this.#windows = windows
    this.#source = source
    this.#send = send
  }

  /** Something waits in the lane. */
  touch(lane: Lane): void {
    if (this.#waiting.has(lane)) return
    this.#waiting.add(lane)
    this.#arm(this.#dueAt(lane))
  }

  /** Sends what waits now: before somebody joins whose view holds it already. */
  flush(): void {
    this.#fire(lanes.filter((lane) => this.#waiting.has(lane)))
  }

  stop(): void {
    this.#cancel?.()
    this.#waiting.clear()
  }

  #dueAt(lane: Lane): number {
    return this.#sentAt[lane] + this.#windows[lane]
  }

  #arm(at: number): void {
    if (at >= this.#rings) return
    this.#cancel?.()
    this.#rings = at
    const wait = Math.max(0, at - this.#source.now())
    this.#cancel = this.#source.after(wait, () => this.#ring())
  }

  #ring(): void {
    const until = this.#source.now() + togetherMs
    this.#fire(lanes.filter((lane) => this.#waiting.has(lane) && this.#dueAt(lane) <= until))
  }

  #fire(due: readonly Lane[]): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#rings = Infinity
    const now = this.#source.now()
    for (const lane of due) {
      this.#waiting.delete(lane)
      this.#sentAt[lane] = now
    }
    if (due.length) this.#send(due)
    for (const lane of this.#waiting) this.#arm(this.#dueAt(lane))
  }
}
