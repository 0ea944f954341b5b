/** The gifts of one flush, judged in order. */

import type { Settlement, SettleRequest, Verdict } from '../engine/kernel/journal.ts'
import { integers, texts } from './arrays.ts'
import { credit, spend, split, unspend, type Purse } from './gift-purses.ts'
import { isTransferId, type GiftRequest, type GiftSettled } from './gift-terms.ts'
import type { Write } from './tables.ts'
import { statement } from './transact.ts'

/** A transfer that an id of this flush already names. */
export interface KnownGift {
  readonly kind: string
  readonly user: string
  readonly room_id: string | null
  readonly gift: string | null
  readonly quantity: number | null
  readonly answer: unknown
}

export interface GiftBooks {
  readonly known: ReadonlyMap<string, KnownGift>
  readonly prices: ReadonlyMap<string, number>
  /** Undefined for a user who never had coins. */
  readonly user: (id: string) => Purse | undefined
  readonly streamer: (id: string) => Purse
  readonly platform: Purse
  readonly streamerPercent: number
  readonly limitOf: (user: string) => number
}

interface Taken {
  readonly index: number
  readonly request: SettleRequest
  readonly from: Purse
  readonly settled: GiftSettled
}

export class GiftSettlement implements Settlement<Write> {
  readonly #requests: readonly SettleRequest[]
  readonly #books: GiftBooks
  readonly #taken = new Map<number, Taken>()
  readonly #ids = new Set<string>()

  constructor(requests: readonly SettleRequest[], books: GiftBooks) {
    this.#requests = requests
    this.#books = books
  }

  judge(index: number): Verdict {
    const request = this.#requests[index]!
    const { gift, count, to } = request.request as GiftRequest
    const known = this.#books.known.get(request.id)
    if (known) return again(known, request)
    if (!isTransferId(request.id)) return refused('input.invalid', 'The id is no UUIDv7.', {})
    if (this.#ids.has(request.id)) return conflict()
    const price = this.#books.prices.get(gift)
    if (price === undefined) return refused('gift.unknown', 'There is no such gift.', { gift })
    if (!Number.isInteger(count) || count < 1 || count > 1_000)
      return refused('gift.count', 'Send from 1 to 1000 of a gift at a time.', { count })
    if (request.asker === to) return refused('gift.self', 'Gifts to yourself are not possible.', {})
    return this.#take(index, request, price, price * count)
  }

  release(index: number): void {
    const taken = this.#taken.get(index)
    if (!taken) return
    this.#taken.delete(index)
    this.#ids.delete(taken.request.id)
    unspend(taken.from, taken.settled.amount)
  }

  writes(answerOf: (index: number) => unknown): Write[] {
    const gifts = [...this.#taken.values()]
    if (!gifts.length) return []
    const { streamer, platform } = this.#books
    const to = gifts.map(({ request }) => streamer((request.request as GiftRequest).to))
    for (const [index, { settled }] of gifts.entries()) {
      credit(to[index]!, settled.streamerAmount)
      credit(platform, settled.platformAmount)
    }
    const changed = [...new Set([...gifts.map(({ from }) => from), ...to, platform])]
    const details = gifts.map(({ request }) => request.request as GiftRequest)
    const values = [
      texts(gifts.map(({ request }) => request.id)),
      integers(gifts.map(({ from }) => from.account)),
      integers(to.map(({ account }) => account)),
      integers(gifts.map(({ settled }) => settled.amount)),
      integers(gifts.map(({ settled }) => settled.streamerAmount)),
      texts(gifts.map(({ request }) => request.room)),
      texts(details.map(({ gift }) => gift)),
      integers(details.map(({ count }) => count)),
      texts(gifts.map(({ index }) => JSON.stringify(answerOf(index) ?? null))),
      platform.account,
      integers(changed.map(({ account }) => account)),
      integers(changed.map(({ delta }) => delta)),
      integers(changed.map(({ credited }) => credited)),
      integers(changed.map(({ spent }) => spent)),
      texts(changed.map(({ day }) => day)),
      changed.length,
    ]
    return [statement(writeText, values)]
  }

  #take(index: number, request: SettleRequest, price: number, amount: number): Verdict {
    const { user, limitOf, streamerPercent } = this.#books
    const from = user(request.asker)
    const limit = limitOf(request.asker)
    const spent = from?.spent ?? 0
    if (spent + amount > limit) {
      const remaining = Math.max(0, limit - spent)
      return refused('spend_limit', 'This is over the limit for today.', { limit, remaining })
    }
    if (!from || from.balance < amount) {
      const have = from?.balance ?? 0
      return refused('insufficient_balance', 'Top up your coins first.', { need: amount, have })
    }
    spend(from, amount)
    const { streamer, platform } = split(amount, streamerPercent)
    const settled: GiftSettled = {
      price,
      amount,
      streamerAmount: streamer,
      platformAmount: platform,
      balance: from.balance,
      spentToday: from.spent,
    }
    this.#ids.add(request.id)
    this.#taken.set(index, { index, request, from, settled })
    return { kind: 'settled', value: settled }
  }
}

/** The same answer for the same gift; the id for anything else is a mistake or an attack. */
function again(known: KnownGift, { asker, room, request }: SettleRequest): Verdict {
  const { gift, count } = request as GiftRequest
  const same =
    known.kind === 'gift' &&
    known.user === asker &&
    known.room_id === room &&
    known.gift === gift &&
    known.quantity === count
  return same ? { kind: 'duplicate', answer: known.answer } : conflict()
}

function conflict(): Verdict {
  return refused('conflict', 'This id belongs to another transfer; use a new one.', {})
}

function refused(code: string, message: string, data: Record<string, unknown>): Verdict {
  return { kind: 'refused', code, message, data }
}

/** Dividing by zero undoes everything, should an account be missing. */
const writeText = `
with g as (
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
    $7::text[], $8::int[], $9::text[])
    as g(id, from_account, to_account, amount, streamer, room_id, gift, quantity, answer)
), transfers as (
  insert into transfer (id, kind, from_account, to_account, amount, streamer_amount, platform_amount,
    room_id, gift, quantity, answer)
  select id, 'gift', from_account, to_account, amount, streamer, amount - streamer,
    room_id, gift, quantity, answer::json
  from g
), entries as (
  insert into entry (transfer_id, leg, account_id, amount)
  select g.id, l.leg, l.account, l.amount
  from g cross join lateral (values
    (0, from_account, -amount), (1, to_account, streamer), (2, $10::bigint, amount - streamer)
  ) as l(leg, account, amount)
), balances as (
  update account a
  set balance = a.balance + d.delta, credited = a.credited + d.credited,
      spent = d.spent, spent_day = d.day
  from unnest($11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::date[])
    as d(id, delta, credited, spent, day)
  where a.id = d.id
  returning 1
)
select 1 / (case when count(*) = $16::int then 1 else 0 end) from balances`
