/** What turned out wrong, counted by the promise that it breaks. */

/** Each is a promise of the platform; anything found under it turns the verdict red. */
export const promises = {
  answered: 'every command gets an answer',
  gaps: 'numbered events come without a silent gap',
  once: 'what was acknowledged is there exactly once, and nothing else is',
  amounts: 'an event tells what the answer told',
  order: 'everybody sees one order, and what was answered first comes first',
  shed: 'the lines that are missing are those that were counted as shed',
  budget: 'a viewer gets lines up to the budget of the room, and as many as it allows',
  likes: 'the likes that were told add up to those that were taken',
  money: 'wallets, earnings and statements tell what was acknowledged',
  books: 'the ledger, the journal and the history agree with each other and with the record',
} as const

export type Promised = keyof typeof promises

export interface Finding {
  readonly promise: Promised
  readonly count: number
  /** The first of them in words. */
  readonly examples: readonly string[]
}

const mostExamples = 8

export class Findings {
  readonly #found = new Map<Promised, { count: number; examples: string[] }>()

  add(promise: Promised, example: string): void {
    const found = this.#found.get(promise) ?? { count: 0, examples: [] }
    this.#found.set(promise, found)
    found.count += 1
    if (found.examples.length < mostExamples) found.examples.push(example)
  }

  get count(): number {
    return [...this.#found.values()].reduce((sum, { count }) => sum + count, 0)
  }

  list(): Finding[] {
    return [...this.#found].map(([promise, found]) => ({ promise, ...found }))
  }
}
