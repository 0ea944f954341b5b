/** What the harness did and what it was told: the record that the platform is held against. */

export type Deed = 'gift' | 'danmaku' | 'like'

/** One command. Times are monotonic ms of this process. */
export interface Sent {
  readonly id: string
  readonly deed: Deed
  readonly room: string
  /** User id of the sender. */
  readonly sender: string
  /** When it was meant to be sent. */
  readonly intended: number
  /** When it was first written to a socket; later than `intended` where the harness was late. */
  sentAt: number
  /** Pieces of a gift, or likes. */
  readonly count: number
  answeredAt?: number
  /** `ok`, or the code of the refusal; undefined while there is no answer. */
  outcome?: string
  /** Coins, as the answer told. */
  amount?: number
}

export class Record {
  readonly #sent = new Map<string, Sent>()
  #open = 0
  /** Told of each first answer. */
  onAnswer: ((sent: Sent) => void) | undefined

  add(sent: Sent): void {
    this.#sent.set(sent.id, sent)
    this.#open += 1
  }

  /** A second answer to the same command is given back as such: `repeated` is what it said first. */
  answer(id: string, outcome: string, at: number, amount?: number): Sent | undefined {
    const sent = this.#sent.get(id)
    if (!sent || sent.outcome !== undefined) return undefined
    sent.outcome = outcome
    sent.answeredAt = at
    if (amount !== undefined) sent.amount = amount
    this.#open -= 1
    this.onAnswer?.(sent)
    return sent
  }

  get(id: string): Sent | undefined {
    return this.#sent.get(id)
  }

  /** Commands without an answer. */
  get open(): number {
    return this.#open
  }

  all(): IterableIterator<Sent> {
    return this.#sent.values()
  }
}
