/** What gifts do to money, as simply as it can be said: the model that properties hold the ledger against. */

import type { GiftSend } from './gift-world.ts'
import { GiftWorld } from './gift-world.ts'

export const prices: Readonly<Record<string, number>> = {
  flower: 1,
  heart: 5,
  drum: 10,
  lantern: 66,
  fireworks: 188,
  crown: 520,
  sportscar: 1314,
  rocket: 5000,
}

export class GiftModel {
  readonly balances = new Map<string, number>()
  readonly earned = new Map<string, number>()
  readonly answers = new Map<string, { send: GiftSend; answer: unknown }>()
  readonly #spent = new Map<string, number>()
  readonly #limit: number
  platform = 0
  gifts = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Gifts sent today count towards today's limit only. */
  nextDay(): void {
    this.#spent.clear()
  }

  spent(user: string): number {
    return this.#spent.get(user) ?? 0
  }

  topUp(user: string, amount: number): void {
    this.balances.set(user, (this.balances.get(user) ?? 0) + amount)
  }

  /** The kind of verdict, or the code of a refusal; `same` are the ids already used in this flush. */
  send(send: GiftSend, same: Set<string>): { verdict: string; answer?: unknown } {
    const { id, user, room, gift, count } = send
    const known = this.answers.get(id)
    if (same.has(id)) return { verdict: 'conflict' }
    if (known) {
      const equal = known.send.user === user && known.send.room === room
      const alike = known.send.gift === gift && known.send.count === count
      return equal && alike
        ? { verdict: 'duplicate', answer: known.answer }
        : { verdict: 'conflict' }
    }
    const amount = (prices[gift] ?? Number.NaN) * count
    const host = GiftWorld.hostOf(room)
    const have = this.balances.get(user) ?? 0
    if (Number.isNaN(amount)) return { verdict: 'gift.unknown' }
    if (user === host) return { verdict: 'gift.self' }
    if (this.spent(user) + amount > this.#limit) return { verdict: 'spend_limit' }
    if (have < amount) return { verdict: 'insufficient_balance' }
    if (send.refuse) return { verdict: 'settled' }
    const share = Math.floor((amount * 70) / 100)
    this.balances.set(user, have - amount)
    this.#spent.set(user, this.spent(user) + amount)
    this.earned.set(host, (this.earned.get(host) ?? 0) + share)
    this.platform += amount - share
    this.gifts += 1
    const answer = { amount, balance: have - amount }
    this.answers.set(id, { send, answer })
    same.add(id)
    return { verdict: 'settled' }
  }
}
