/** The gift settler in memory: the wallet's twin for tests and demonstrations without a database. */

import type { SettleRequest, Settlement, Verdict } from '../../engine/kernel/journal.ts'
import type { Effect, MemorySettler } from '../../engine/kernel/memory-journal.ts'
import type { GiftRequest } from '../features/gift/gift.protocol.ts'

export interface FakeGiftSettlerOptions {
  /** Coins a piece, by gift. */
  readonly prices?: Readonly<Record<string, number>>
  /** Coins that everybody starts with. */
  readonly start?: number
}

const catalogue = { flower: 1, heart: 5, drum: 10, rocket: 5_000 }

/** Charges whole or not at all, once per asker and id; the streamer gets all of it. */
export class FakeGiftSettler implements MemorySettler {
  readonly name = 'gift'
  readonly balances = new Map<string, number>()
  readonly earned = new Map<string, number>()
  readonly #prices: Readonly<Record<string, number>>
  readonly #start: number
  readonly #answers = new Map<string, unknown>()

  constructor({ prices = catalogue, start = 10_000 }: FakeGiftSettlerOptions = {}) {
    this.#prices = prices
    this.#start = start
  }

  balanceOf(user: string): number {
    return this.balances.get(user) ?? this.#start
  }

  async prepare(_tx: undefined, requests: readonly SettleRequest[]): Promise<Settlement<Effect>> {
    const left = new Map<string, number>()
    const taken = new Map<number, number>()
    const leftOf = (user: string): number => left.get(user) ?? this.balanceOf(user)
    return {
      judge: (index): Verdict => {
        const { asker, id, request } = requests[index]!
        const { gift, count } = request as GiftRequest
        const key = `${asker} ${id}`
        if (this.#answers.has(key)) return { kind: 'duplicate', answer: this.#answers.get(key) }
        const price = Object.hasOwn(this.#prices, gift) ? this.#prices[gift] : undefined
        if (price === undefined) return refused('gift.unknown', 'There is no such gift.', { gift })
        const amount = price * count
        const have = leftOf(asker)
        if (have < amount) {
          return refused('insufficient_balance', 'Top up first.', { need: amount, have })
        }
        left.set(asker, have - amount)
        taken.set(index, amount)
        return { kind: 'settled', value: { price, amount, balance: have - amount } }
      },
      release: (index) => {
        const { asker } = requests[index]!
        left.set(asker, leftOf(asker) + (taken.get(index) ?? 0))
        taken.delete(index)
      },
      writes: (answerOf) => [
        () => {
          for (const [user, balance] of left) this.balances.set(user, balance)
          for (const [index, amount] of taken) {
            const { asker, id, request } = requests[index]!
            const { to } = request as GiftRequest
            this.earned.set(to, (this.earned.get(to) ?? 0) + amount)
            this.#answers.set(`${asker} ${id}`, answerOf(index))
          }
        },
      ],
    }
  }
}

function refused(code: string, message: string, data: Record<string, unknown>): Verdict {
  return { kind: 'refused', code, message, data }
}
