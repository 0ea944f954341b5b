/** The time that all nodes share: that of the database, as each beat of the lease measures it. */

/** What a question to the store told of its clock. */
export interface ClockMeasure {
  /** Monotonic ms of this process, before the question and after the answer. */
  readonly sent: number
  readonly received: number
  /** The store's clock at some moment between, ms since 1970. */
  readonly time: number
}

/** While it is put right the clock runs by no more than this share too fast or too slow. */
const slewShare = 0.25
/** A clock that is off by more is set at once, ms. */
const stepMs = 10_000

/**
 * Counts on the monotonic clock, so that setting the machine's wall clock changes nothing, and never runs
 * backwards but in a step. It lies within the round trip of the latest beat around the store's clock, and is
 * left alone while it does (Marzullo's interval, with one source). Until the first measure it is the
 * machine's own; no room is open then.
 */
export class SharedClock {
  readonly #monotonic: () => number
  readonly #wall: () => number
  /** What is added to the monotonic clock now, as of `#at`, and what it is on its way to. */
  #offset: number | undefined
  #target = 0
  #at = 0

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = Date.now) {
    this.#monotonic = monotonic
    this.#wall = wall
  }

  /** Whole milliseconds since 1970. */
  readonly now = (): number => {
    const offset = this.#offsetNow()
    return Math.floor(offset === undefined ? this.#wall() : this.#monotonic() + offset)
  }

  readonly measured = ({ sent, received, time }: ClockMeasure): void => {
    const [low, high] = [time - received, time - sent]
    const offset = this.#offsetNow()
    this.#target = offset === undefined ? (low + high) / 2 : Math.min(Math.max(offset, low), high)
    if (offset === undefined || Math.abs(this.#target - offset) > stepMs)
      this.#offset = this.#target
  }

  #offsetNow(): number | undefined {
    if (this.#offset === undefined) return undefined
    const now = this.#monotonic()
    const most = slewShare * (now - this.#at)
    this.#at = now
    const left = this.#target - this.#offset
    return (this.#offset += Math.min(Math.max(left, -most), most))
  }
}
