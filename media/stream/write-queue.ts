/** Writes one stream's changes down in the order in which they happened. */

const firstDelayMs = 250
const maxTries = 6

/**
 * Runs writes one after the other. A failed one is tried again with growing pauses (about 8 s in
 * all), then reported and left out; those behind it wait. Every write must be repeatable.
 */
export class WriteQueue {
  #tail: Promise<void> = Promise.resolve()
  readonly #onError: (error: unknown) => void
  readonly #firstDelayMs: number

  constructor(onError: (error: unknown) => void, options: { firstDelayMs?: number } = {}) {
    this.#onError = onError
    this.#firstDelayMs = options.firstDelayMs ?? firstDelayMs
  }

  add(write: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => this.#run(write))
  }

  /** When everything added so far is written or given up. */
  idle(): Promise<void> {
    return this.#tail
  }

  async #run(write: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await write()
        return
      } catch (error) {
        if (tries < maxTries) await pause(this.#firstDelayMs * 2 ** (tries - 1))
        else return this.#onError(error)
      }
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
