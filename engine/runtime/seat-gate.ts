/** Admission of a crowd that comes at once: so many seats a second, a short queue, and a time for the others. */

import { RoomError } from '../kernel/room-error.ts'
import type { Soon } from '../kernel/soon.ts'

export interface SeatGateOptions {
  /** Seats given within any one second at most. */
  readonly perSecond: number
  /** Monotonic ms. */
  readonly now: () => number
  readonly after: (ms: number, task: () => void) => () => void
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** Who would wait longer is told when to come back, ms. */
const queueMs = 1_000
/** Those who come back are spread further by so much, ms. */
const jitterMs = 250
/** Nobody is told to wait longer; by then a crowd that large has gone elsewhere, ms. */
const longestMs = 60_000

/**
 * Seats leave at an even pace after a tenth of a second's worth at once (GCRA, ITU-T I.371). Of a crowd the
 * first second's worth waits here. Each further one is told a time of its own behind all who were told
 * before, so that they come back at the pace at which they are let in: a backlog without a list.
 */
export class SeatGate {
  readonly #options: SeatGateOptions
  readonly #intervalMs: number
  readonly #aheadMs: number
  /** When the next seat would be due at an even pace, and until when those are told to stay away. */
  #due = -Infinity
  #told = -Infinity
  #waiting = 0

  constructor(options: SeatGateOptions) {
    this.#options = options
    const burst = Math.max(1, Math.floor(options.perSecond / 10))
    this.#intervalMs = 1_000 / Math.max(1, options.perSecond - burst)
    this.#aheadMs = (burst - 1) * this.#intervalMs
  }

  /** Clients that wait in the queue. */
  get waiting(): number {
    return this.#waiting
  }

  /** There when a seat may be given. Throws RoomError `busy { retryInMs }` beyond the queue. */
  pass(): Soon<void> {
    const at = this.#options.now()
    const due = Math.max(this.#due, at)
    const waitMs = due - at - this.#aheadMs
    if (waitMs > queueMs) throw this.#busy(at, at + waitMs)
    this.#due = due + this.#intervalMs
    return waitMs < 0.001 ? undefined : this.#wait(waitMs)
  }

  async #wait(ms: number): Promise<void> {
    this.#waiting += 1
    await new Promise<void>((go) => this.#options.after(ms, go))
    this.#waiting -= 1
  }

  #busy(at: number, free: number): RoomError {
    const { random } = this.#options
    const full = this.#told - at > longestMs
    if (!full) this.#told = Math.max(this.#told, free) + this.#intervalMs
    const spread = full ? longestMs * random() : jitterMs * random()
    const retryInMs = Math.ceil((full ? longestMs / 2 : this.#told - at) + spread)
    return new RoomError('busy', 'Many come at once; come back a little later.', {
      retry: 'retry',
      data: { retryInMs },
    })
  }
}
