/** What a user sees of its money. The ledger keeps it; see persistence/ledger.ts. */

import type { Ledger } from '../../persistence/ledger.ts'
import type { Db } from '../../persistence/tables.ts'
import type { GiftSku, Wallet, WalletMemo, WalletPage } from './wallet.protocol.ts'
import { displayNames, giftNames, listGifts, roomTitles } from './wallet.store.ts'

export class Wallets {
  readonly #db: Db
  readonly #ledger: Ledger

  constructor(db: Db, ledger: Ledger) {
    this.#db = db
    this.#ledger = ledger
  }

  async get(userId: string): Promise<Wallet> {
    return this.#ledger.wallet(this.#db, userId)
  }

  /** The statement, newest first, each line with what explains it. */
  async entries(userId: string, page: { cursor?: string; limit?: number }): Promise<WalletPage> {
    const { items, next } = await this.#ledger.entries(this.#db, userId, page)
    const memos = items.map(({ memo }) => memo as Record<string, unknown>)
    const [gifts, names, titles] = await Promise.all([
      giftNames(this.#db, texts(memos, 'gift')),
      displayNames(this.#db, [...texts(memos, 'from'), ...texts(memos, 'to')]),
      roomTitles(this.#db, texts(memos, 'room')),
    ])
    return {
      items: items.map(({ id, at, kind, amount, memo }) => ({
        id,
        at: at.toISOString(),
        kind,
        amount,
        memo: explained(memo, { gifts, names, titles }),
      })),
      ...(next === undefined ? {} : { next }),
    }
  }

  async gifts(): Promise<GiftSku[]> {
    return listGifts(this.#db)
  }
}

interface Explanations {
  readonly gifts: ReadonlyMap<string, { zh: string; en: string }>
  readonly names: ReadonlyMap<string, string>
  readonly titles: ReadonlyMap<string, string>
}

function explained(memo: Readonly<Record<string, unknown>>, known: Explanations): WalletMemo {
  const { from, to, room, gift, ...rest } = memo as Record<string, string | undefined>
  const user = from ?? to
  const giftName = gift === undefined ? undefined : known.gifts.get(gift)
  const title = room ? known.titles.get(room) : undefined
  return {
    ...rest,
    ...(gift === undefined ? {} : { gift }),
    ...(giftName ? { giftName } : {}),
    ...(room ? { room } : {}),
    ...(title === undefined ? {} : { title }),
    ...(user === undefined ? {} : { user: { id: user, displayName: known.names.get(user) ?? '' } }),
  }
}

function texts(memos: readonly Record<string, unknown>[], field: string): string[] {
  return [...new Set(memos.map((memo) => memo[field]))].filter((v) => typeof v === 'string')
}
