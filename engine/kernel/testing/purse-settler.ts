/** A settler in memory: one purse a person, for the kernel's tests. */

import type { SettleRequest, Settlement, Verdict } from '../journal.ts'
import type { Effect, MemorySettler } from '../memory-journal.ts'

/** Everybody starts with `start`; a known id answers what it was answered before. */
export class PurseSettler implements MemorySettler {
  readonly name = 'purse'
  readonly balances = new Map<string, number>()
  readonly answers = new Map<string, unknown>()
  readonly #start: number

  constructor(start: number) {
    this.#start = start
  }

  async prepare(_tx: undefined, requests: readonly SettleRequest[]): Promise<Settlement<Effect>> {
    const held = new Map<string, number>()
    const taken = new Map<number, number>()
    const balanceOf = (who: string): number =>
      held.get(who) ?? this.balances.get(who) ?? this.#start
    return {
      judge: (index): Verdict => {
        const { asker, id, request } = requests[index]!
        if (this.answers.has(id)) return { kind: 'duplicate', answer: this.answers.get(id) }
        const { price } = request as { price: number }
        const balance = balanceOf(asker) - price
        if (balance < 0) {
          return {
            kind: 'refused',
            code: 'insufficient_balance',
            message: 'Too little.',
            data: { need: price },
          }
        }
        held.set(asker, balance)
        taken.set(index, price)
        return { kind: 'settled', value: { balance } }
      },
      release: (index) => {
        const { asker } = requests[index]!
        held.set(asker, balanceOf(asker) + (taken.get(index) ?? 0))
        taken.delete(index)
      },
      writes: (answerOf) => [
        () => {
          for (const [who, balance] of held) this.balances.set(who, balance)
          for (const index of taken.keys()) this.answers.set(requests[index]!.id, answerOf(index))
        },
      ],
    }
  }
}
