/** A settler for tests of journals: one purse for all, kept wherever the journal keeps things. */

import type { Settlement, Settler, SettleRequest, Verdict } from '../../engine/kernel/journal.ts'

export interface PurseRow {
  readonly id: string
  readonly amount: number
  readonly answer: unknown
}

/** Where the purse's withdrawals lie. */
export interface PurseStore<Tx, Write> {
  /** Locked until the transaction ends. */
  load(tx: Tx): Promise<readonly PurseRow[]>
  adding(rows: readonly PurseRow[]): readonly Write[]
}

/** Request: `{ amount }`. Refuses with `insufficient_balance` beyond `coins` in all. */
export function purseSettler<Tx, Write>(
  store: PurseStore<Tx, Write>,
  coins: number,
): Settler<Tx, Write> {
  return {
    name: 'purse',
    prepare: async (tx, requests) =>
      new PurseSettlement(store, requests, await store.load(tx), coins),
  }
}

class PurseSettlement<Write> implements Settlement<Write> {
  readonly #store: Pick<PurseStore<never, Write>, 'adding'>
  readonly #requests: readonly SettleRequest[]
  readonly #known: ReadonlyMap<string, PurseRow>
  readonly #taken = new Set<number>()
  #left: number

  constructor(
    store: Pick<PurseStore<never, Write>, 'adding'>,
    requests: readonly SettleRequest[],
    known: readonly PurseRow[],
    coins: number,
  ) {
    this.#store = store
    this.#requests = requests
    this.#known = new Map(known.map((row) => [row.id, row]))
    this.#left = known.reduce((left, { amount }) => left - amount, coins)
  }

  judge(index: number): Verdict {
    const known = this.#known.get(this.#requests[index]!.id)
    if (known) return { kind: 'duplicate', answer: known.answer }
    const amount = this.#amount(index)
    if (amount > this.#left) {
      const data = { need: amount, have: this.#left }
      return { kind: 'refused', code: 'insufficient_balance', message: 'Too little.', data }
    }
    this.#left -= amount
    this.#taken.add(index)
    return { kind: 'settled', value: this.#left }
  }

  release(index: number): void {
    if (this.#taken.delete(index)) this.#left += this.#amount(index)
  }

  writes(answerOf: (index: number) => unknown): readonly Write[] {
    const rows = [...this.#taken].map((index) => ({
      id: this.#requests[index]!.id,
      amount: this.#amount(index),
      answer: answerOf(index),
    }))
    return this.#store.adding(rows)
  }

  #amount(index: number): number {
    return (this.#requests[index]!.request as { amount: number }).amount
  }
}
