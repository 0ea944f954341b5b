/** Commands that are under way: a repetition of one waits for the same answer. */

import type { Ask } from './room-core.ts'

type Settle = (resolve: (answer: unknown) => void, reject: (error: unknown) => void) => void

export class PendingAnswers {
  readonly #answers = new Map<string, Promise<unknown>>()

  of(asker: string, id: string): Promise<unknown> | undefined {
    return this.#answers.get(`${asker} ${id}`)
  }

  /** `settle` gives the answer some time. */
  add({ asker, id }: Ask, settle: Settle): Promise<unknown> {
    const key = `${asker.id} ${id}`
    const answer = new Promise<unknown>(settle).finally(() => this.#answers.delete(key))
    this.#answers.set(key, answer)
    return answer
  }

  /** Resolves when all that are under way now have an outcome. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#answers.values())
  }
}
