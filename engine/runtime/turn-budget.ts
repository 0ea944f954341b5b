/** Bounds how long commands keep one turn of the event loop, and shares the turn between rooms. */

import type { ClockSource } from './frame-clock.ts'

/** A turn in which a burst comes to a node that kept up may take commands for so long, ms. */
const longMs = 50
/** One that follows a turn which was not enough, ms: who waits for its turn waits little. */
const shortMs = 10

/** So many are taken in any turn: fewer are no flood, whatever else has taken the time. */
const leastCommands = 100

/** What one room has had of the turn under way. */
export interface TurnShare {
  turn: number
  taken: number
}

/**
 * A node reads in one turn whatever came in during the turn before, so a turn that lasts longer than what it
 * reads took to arrive makes the next one longer still: without a bound they grow into minutes, in which no
 * timer runs, no answer leaves and no frame is sent. What comes after the budget is spent is refused unread,
 * which costs a fraction of deciding it. Rooms that had less than an equal share of what was taken until then
 * still get the rest of their share, so that a busy room takes nothing from the others.
 */
export class TurnBudget {
  readonly #clock: ClockSource
  #open = false
  #number = 0
  #startedAt = 0
  #budgetMs = longMs
  #overspent = false
  #taken = 0
  #rooms = 0
  /** Of the turn before: those who have not come yet in this one. */
  #formerRooms = 0

  constructor(clock: ClockSource) {
    this.#clock = clock
  }

  share(): TurnShare {
    return { turn: 0, taken: 0 }
  }

  /** Whether the room may have one more command in this turn. */
  admits(share: TurnShare): boolean {
    if (!this.#open) this.#begin()
    if (share.turn !== this.#number) {
      share.turn = this.#number
      share.taken = 0
      this.#rooms += 1
    }
    this.#overspent ||= this.#taken >= leastCommands && this.#isOver()
    if (!this.#overspent) this.#taken += 1
    else if (share.taken && share.taken >= this.#share()) return false
    share.taken += 1
    return true
  }

  #isOver(): boolean {
    return this.#clock.now() - this.#startedAt > this.#budgetMs
  }

  #share(): number {
    return this.#taken / Math.max(this.#rooms, this.#formerRooms)
  }

  #begin(): void {
    this.#open = true
    this.#number += 1
    this.#startedAt = this.#clock.now()
    this.#budgetMs = this.#overspent ? shortMs : longMs
    this.#overspent = false
    this.#taken = 0
    this.#formerRooms = this.#rooms
    this.#rooms = 0
    this.#clock.after(0, () => (this.#open = false))
  }
}
