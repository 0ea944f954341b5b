/** Ends streams whose media node is dead and cannot say so itself. */

import type { Logger } from './logger.ts'

export interface StreamSweepOptions {
  /** Ends what has been silent for too long; says how many. */
  readonly end: () => Promise<number>
  /** Resolves when the database answers. */
  readonly reach: () => Promise<unknown>
  readonly log: Logger
  readonly everyMs?: number
}

/** With so many answers in a row the database has been there for long enough. */
const steadyAnswers = 2

/**
 * While the database is away no media node can say that it lives: after the start and after an outage
 * they have `steadyAnswers` turns to do so before anything is ended. Any number of nodes may sweep.
 */
export class StreamSweep {
  readonly #options: Required<StreamSweepOptions>
  #answers = 0
  /** An answer was not there within its turn: it counts for nothing. */
  #late = false
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined

  constructor(options: StreamSweepOptions) {
    this.#options = { everyMs: 10_000, ...options }
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#sweeping) this.#late = true
      this.#sweeping ??= this.#sweep().finally(() => (this.#sweeping = undefined))
    }, this.#options.everyMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { end, reach, log } = this.#options
    this.#late = false
    try {
      if (this.#answers < steadyAnswers) await reach()
      else {
        const streams = await end()
        if (streams > 0) log.warn({ streams }, 'streams of a dead media node were ended')
      }
      this.#answers = this.#late ? 0 : this.#answers + 1
    } catch {
      this.#answers = 0
    }
  }
}
