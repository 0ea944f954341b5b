/** Pays for gifts in bulk, inside the journal's flush: locks, judges in memory, writes once. */

import type { Settler, SettleRequest } from '../engine/kernel/journal.ts'
import { texts } from './arrays.ts'
import { accountKey, lockAccounts, type AccountName } from './account-locks.ts'
import { GiftSettlement, type KnownGift } from './gift-settlement.ts'
import { purseOf } from './gift-purses.ts'
import { platformRows } from './ledger.store.ts'
import { isTransferId, type GiftRequest } from './gift-terms.ts'
import { dayIn } from './spending-day.ts'
import type { Tx, Write } from './tables.ts'
import { query } from './transact.ts'

export type { GiftRequest, GiftSettled } from './gift-terms.ts'

export interface GiftSettlerOptions {
  /** Whole percent of a gift that the streamer gets. */
  readonly streamerPercent?: number
  /** Coins a user may spend on gifts in a local day, over all rooms. */
  readonly dailyLimit?: number | ((user: string) => number)
  /** IANA zone of the local day. */
  readonly timeZone?: string
  /** Milliseconds since 1970; by default the database's clock decides. */
  readonly now?: () => number
}

export const defaultDailyLimit = 50_000
export const defaultTimeZone = 'Asia/Shanghai'

/**
 * Refuses with `gift.unknown`, `gift.self`, `spend_limit {limit, remaining}`,
 * `insufficient_balance {need, have}`, and with `conflict` where the id was used for another transfer.
 * A repeated gift is a `duplicate` with the stored answer. The sender's account row is locked until the
 * commit, so balance and limit hold exactly over all rooms and nodes.
 */
export function giftSettler(options: GiftSettlerOptions = {}): Settler<Tx, Write> {
  const { dailyLimit = defaultDailyLimit, streamerPercent = 70 } = options
  const dayOf = dayIn(options.timeZone ?? defaultTimeZone)
  const limitOf = typeof dailyLimit === 'function' ? dailyLimit : () => dailyLimit
  return {
    name: 'gift',
    prepare: async (tx, requests) => {
      const gifts = requests.map(({ request }) => request as GiftRequest)
      const platform = String(Math.floor(Math.random() * platformRows))
      const names: AccountName[] = [
        ...owned('user', new Set(requests.map(({ asker }) => asker))),
        ...owned('streamer', new Set(gifts.map(({ to }) => to))),
        { kind: 'platform', owner: platform },
      ]
      const [rows, known, skus] = await Promise.all([
        lockAccounts(tx, names),
        knownGifts(tx, requests),
        pricesOf(tx, requests),
      ])
      const today = dayOf(new Date(options.now?.() ?? rows[0]!.time))
      const purses = new Map(rows.map((row) => [accountKey(row), purseOf(row, today)]))
      return new GiftSettlement(requests, {
        known,
        prices: skus,
        user: (id) => purses.get(`user ${id}`),
        streamer: (id) => purses.get(`streamer ${id}`)!,
        platform: purses.get(`platform ${platform}`)!,
        streamerPercent,
        limitOf,
      })
    },
  }
}

async function pricesOf(tx: Tx, requests: readonly SettleRequest[]): Promise<Map<string, number>> {
  const gifts = new Set(requests.map(({ request }) => (request as GiftRequest).gift))
  const rows = await query<{ id: string; price: number }>(tx, prices, [texts([...gifts])])
  return new Map(rows.map(({ id, price }) => [id, price]))
}

function owned(kind: AccountName['kind'], owners: Iterable<string>): AccountName[] {
  return Array.from(owners, (owner) => ({ kind, owner }))
}

async function knownGifts(
  tx: Tx,
  requests: readonly SettleRequest[],
): Promise<ReadonlyMap<string, KnownGift>> {
  const rows = await query<KnownGift & { id: string }>(tx, known, [
    texts(requests.map(({ id }) => id).filter(isTransferId)),
  ])
  return new Map(rows.map((row) => [row.id, row]))
}

// After the locks: whoever was writing the same gift has committed by now, or never will.
const known = `
select t.id, t.kind, t.room_id, t.gift, t.quantity, t.answer, f.owner as user
from transfer t
join unnest($1::uuid[]) as w(id) on t.id = w.id
join account f on f.id = t.from_account`

const prices = 'select id, price from gift_sku where id = any($1::text[]) and active'
