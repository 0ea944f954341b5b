/** Who led which room when it was last heard: wrong at any time, and only ever a hint. */

import type { RoomKey } from '../kernel/position.ts'

/** Bounded: the room that was learned of longest ago is forgotten first. */
export class LeaderHints {
  readonly #most: number
  readonly #leaders = new Map<RoomKey, string>()

  constructor(most = 20_000) {
    this.#most = most
  }

  get(room: RoomKey): string | undefined {
    return this.#leaders.get(room)
  }

  /** Undefined: whoever it was, it is not any more. */
  learn(room: RoomKey, leader: string | undefined): void {
    this.#leaders.delete(room)
    if (leader === undefined) return
    this.#leaders.set(room, leader)
    if (this.#leaders.size > this.#most) this.#leaders.delete(this.#leaders.keys().next().value!)
  }

  gone(node: string): void {
    for (const [room, leader] of this.#leaders) if (leader === node) this.#leaders.delete(room)
  }
}
