/** Collects breaches of one invariant: the first few in words, all of them as a number. */

const mostShown = 8

export interface Finding {
  /** The letter of the fault matrix. */
  readonly id: string
  readonly title: string
  /** How many things were looked at; 0 says that the verdict is empty. */
  readonly checked: number
  readonly breaches: number
  /** The first ones. */
  readonly examples: readonly string[]
}

export class Findings {
  readonly #id: string
  readonly #title: string
  readonly #examples: string[] = []
  #checked = 0
  #breaches = 0

  constructor(id: string, title: string) {
    this.#id = id
    this.#title = title
  }

  /** Counts one check; `breach` is asked for its words only where it does not hold. */
  expect(holds: boolean, breach: () => string): void {
    this.#checked += 1
    if (holds) return
    this.#breaches += 1
    if (this.#examples.length < mostShown) this.#examples.push(breach())
  }

  get finding(): Finding {
    return {
      id: this.#id,
      title: this.#title,
      checked: this.#checked,
      breaches: this.#breaches,
      examples: this.#examples,
    }
  }
}
