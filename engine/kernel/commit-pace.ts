/** How many commands go into a flush, and how long one more would wait: from how long flushes took. */

/** Beyond the shortest that a flush takes here, ms: so long may one room's commands hold up the others'. */
const flightMs = 50
/**
 * Fewer commands do not make a flush shorter: round trips and the disk take the time. So how long fewer took tells
 * nothing of how many fit.
 */
const leastCommands = 32
/** Share of the newest flush in the mean, and by which the shortest one is forgotten. */
const newest = 0.25
const forgotten = 0.001

/**
 * A flush that held all that waits would be the longer the more waits, and everybody's answer with it. The
 * number of commands follows the time that flushes take instead, in proportion, at most half or double from
 * one to the next.
 */
export class CommitPace {
  readonly #most: number
  readonly #now: () => number
  #limit: number
  #shortestMs = Infinity
  #meanMs = 0
  /** Of the flushes under way, the oldest first. */
  readonly #startedAt = new Map<object, number>()

  /** `now` in ms. */
  constructor(most: number, now: () => number) {
    this.#most = most
    this.#limit = most
    this.#now = now
  }

  /** Most commands of the next flush. */
  get limit(): number {
    return this.#limit
  }

  /** A flush begins. The result tells that it has ended, with so many commands. */
  started(): (commands: number) => void {
    const at = this.#now()
    const mark = {}
    this.#startedAt.set(mark, at)
    return (commands) => {
      this.#startedAt.delete(mark)
      this.#ended(Math.max(0, this.#now() - at), commands)
    }
  }

  #ended(ms: number, commands: number): void {
    this.#meanMs += (ms - this.#meanMs) * newest
    if (ms <= this.#shortestMs) this.#shortestMs = ms
    else this.#shortestMs += (ms - this.#shortestMs) * forgotten
    const dueMs = this.#shortestMs + flightMs
    if (ms > dueMs) {
      if (commands < leastCommands) return
      const fitting = Math.max(this.#limit / 2, (commands * dueMs) / ms)
      this.#limit = Math.min(this.#limit, Math.max(leastCommands, Math.floor(fitting)))
    } else if (commands >= this.#limit) {
      this.#limit = Math.min(
        this.#most,
        Math.floor(commands * Math.min(2, dueMs / Math.max(1, ms))),
      )
    }
  }

  /**
   * ms that a command waits for others: the oldest flush under way for as long as it has lasted already, and the full
   * ones before its own, where so many commands of its room come first and `rooms` wait. One always fits.
   */
  waitMs(before: number, rooms: number): number {
    const share = Math.max(1, this.#limit / Math.max(1, rooms))
    const [oldest] = this.#startedAt.values()
    const lastedMs = oldest === undefined ? 0 : this.#now() - oldest
    return lastedMs + Math.floor(before / share) * this.#meanMs
  }
}
