/** Rings when a room's earliest timer is due. */

import type { RoomCore, Environment } from './room-core.ts'

/** A longer wait is cut and armed again, so that a wall clock that was set is noticed within it. */
const longestWaitMs = 10_000

export interface DueTimer {
  readonly key: string
  readonly at: number
  readonly command: string
  readonly input: unknown
}

export class RoomClock {
  readonly #core: RoomCore
  readonly #env: Environment
  readonly #due: (timer: DueTimer) => boolean
  #cancel: (() => void) | undefined

  /** `due` tells whether the timer's command was asked. */
  constructor(core: RoomCore, env: Environment, due: (timer: DueTimer) => boolean) {
    this.#core = core
    this.#env = env
    this.#due = due
  }

  /** To be called whenever timers may have changed; it costs a look at each timer. */
  arm(): void {
    this.stop()
    const at = this.#core.wakeAt()
    if (at === undefined) return
    this.#after(Math.min(Math.max(0, at - this.#env.now()), longestWaitMs))
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #ring(): void {
    const now = this.#env.now()
    const due = [...this.#core.timers].filter(([, timer]) => timer.at <= now)
    if (!due.length) return this.arm()
    let asked = false
    for (const [key, timer] of due) asked = this.#due({ key, ...timer }) || asked
    if (!asked) this.#after(longestWaitMs) // else the flush that takes them arms again
  }

  #after(ms: number): void {
    this.#cancel = this.#env.after(ms, () => this.#ring())
  }
}
