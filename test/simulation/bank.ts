/** Purses with a spending limit, as a settler's tables: loaded under locks, judged in memory, written whole. */

import type { SettleRequest, Verdict } from '../../engine/kernel/journal.ts'
import type { Bug } from './bugs.ts'

export const startBalance = 150
export const spendLimit = 120

export interface Purse {
  balance: number
  spent: number
}

export interface Loaded {
  readonly purses: ReadonlyMap<string, Purse>
  readonly known: ReadonlyMap<string, unknown>
}

export interface Payment {
  readonly id: string
  readonly asker: string
  readonly room: string
  readonly price: number
  readonly answer: unknown
}

export class Bank {
  readonly purses = new Map<string, Purse>()
  readonly payments = new Map<string, Payment>()
  /** What the rooms have got. */
  earned = 0

  purseOf(asker: string): Purse {
    return this.purses.get(asker) ?? { balance: startBalance, spent: 0 }
  }

  load(requests: readonly SettleRequest[], bug: Bug | undefined): Loaded {
    const purses = new Map<string, Purse>()
    const known = new Map<string, unknown>()
    for (const { asker, id } of requests) {
      purses.set(asker, { ...this.purseOf(asker) })
      const payment = this.payments.get(id)
      if (payment && bug !== 'payments forgotten') known.set(id, payment.answer)
    }
    return { purses, known }
  }

  write(payments: readonly Payment[]): void {
    for (const payment of payments) {
      const purse = this.purseOf(payment.asker)
      purse.balance -= payment.price
      purse.spent += payment.price
      this.purses.set(payment.asker, purse)
      this.payments.set(payment.id, payment)
      this.earned += payment.price
    }
  }
}

/** Judges one flush. */
export class BankSettlement {
  readonly #requests: readonly SettleRequest[]
  readonly #loaded: Loaded
  readonly #taken = new Set<SettleRequest>()
  readonly #bug: Bug | undefined

  constructor(requests: readonly SettleRequest[], loaded: Loaded, bug: Bug | undefined) {
    this.#requests = requests
    this.#loaded = loaded
    this.#bug = bug
  }

  judge(request: SettleRequest): Verdict {
    const { id, asker } = request
    if (this.#loaded.known.has(id)) return { kind: 'duplicate', answer: this.#loaded.known.get(id) }
    const purse = this.#loaded.purses.get(asker)!
    const price = priceOf(request)
    if (price > purse.balance && this.#bug !== 'balance not checked')
      return refused('insufficient_balance')
    if (purse.spent + price > spendLimit && this.#bug !== 'balance not checked')
      return refused('spend_limit')
    purse.balance -= price
    purse.spent += price
    this.#taken.add(request)
    return { kind: 'settled', value: { balance: purse.balance } }
  }

  release(request: SettleRequest): void {
    if (this.#bug === 'refused decision keeps money' || !this.#taken.delete(request)) return
    const purse = this.#loaded.purses.get(request.asker)!
    purse.balance += priceOf(request)
    purse.spent -= priceOf(request)
  }

  /** What is to be written; `answerOf` gives what the sender will be answered. */
  payments(answerOf: (id: string) => unknown): Payment[] {
    return this.#requests
      .filter((request) => this.#taken.has(request))
      .map((request) => {
        const { id, asker, room } = request
        return { id, asker, room, price: priceOf(request), answer: answerOf(id) }
      })
  }
}

function priceOf({ request }: SettleRequest): number {
  return (request as { price: number }).price
}

function refused(code: string): Verdict {
  return { kind: 'refused', code, message: 'Not with this purse.', data: {} }
}
