/** Everybody gives, each with a few gifts on their way, until it is told to end. */

import { until } from '../../support/people.ts'
import { patience } from './patience.ts'
import type { Person } from './person.ts'

const inFlight = 2
const often = { ...patience, everyMs: 10 }

export class Burst {
  readonly #people: readonly Person[]
  readonly #giving: Promise<unknown>
  readonly #before: number
  #over = false

  /** `everyMs` lies between two gifts of one person. */
  constructor(people: readonly Person[], everyMs: number) {
    this.#people = people
    this.#before = this.#acked()
    const give = async (person: Person): Promise<void> => {
      while (!this.#over) {
        await person.give()
        await new Promise((resolve) => setTimeout(resolve, everyMs * inFlight))
      }
    }
    this.#giving = Promise.all(
      people.flatMap((person) => Array.from({ length: inFlight }, () => give(person))),
    )
    this.#giving.catch(() => undefined) // `end` tells
  }

  /** Gifts acknowledged since it began. */
  get acked(): number {
    return this.#acked() - this.#before
  }

  /** Resolves when `count` more gifts are acknowledged. */
  async more(count: number): Promise<void> {
    const want = this.#acked() + count
    await until(`${count} more gifts`, () => this.#acked() >= want, often)
  }

  /** Resolves when everybody acknowledged gives again: each person has one more answer. */
  async everybody(): Promise<void> {
    const before = this.#people.map(({ acked }) => acked)
    await until(
      'everybody has an answer again',
      () => this.#people.every(({ acked }, index) => acked > before[index]! + inFlight),
      often,
    )
  }

  /** No further gift; resolves when each has its outcome. */
  async end(): Promise<void> {
    this.#over = true
    await this.#giving
  }

  #acked(): number {
    return this.#people.reduce((sum, { acked }) => sum + acked, 0)
  }
}
