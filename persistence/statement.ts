/** A user's statement: pages of what moved coins and earnings. */

import { sql } from 'kysely'
import { RoomError } from '../engine/kernel/room-error.ts'
import type { Db } from './tables.ts'

export interface StatementItem {
  /** The transfer's id. */
  readonly id: string
  readonly at: Date
  /** The transfer's kind, or `earning` for the streamer's share of a gift. */
  readonly kind: string
  /** Signed: below 0 it went away. */
  readonly amount: number
  readonly memo: Readonly<Record<string, unknown>>
}

export interface StatementPage {
  readonly items: readonly StatementItem[]
  /** Give it back as `cursor`; absent on the last page. */
  readonly next?: string
}

const longestPage = 100

/** Keyset pages, newest first: what arrives meanwhile never shifts them. */
export async function statementPage(
  db: Db,
  user: string,
  { cursor, limit = 50 }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<StatementPage> {
  const size = Math.min(Math.max(1, Math.trunc(limit)), longestPage)
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor)
  const { rows } = await sql<Row>`
    select e.id as entry, e.transfer_id as id, e.amount, a.kind as account, t.at, t.kind,
      t.memo, t.room_id, t.gift, t.quantity, f.owner as from_owner, d.owner as to_owner
    from account a
    cross join lateral (
      select id, transfer_id, amount from entry
      where account_id = a.id and leg < 2 and id < ${before} order by id desc limit ${size + 1}
    ) e
    join transfer t on t.id = e.transfer_id
    join account f on f.id = t.from_account
    join account d on d.id = t.to_account
    where a.owner = ${user} and a.kind in ('user', 'streamer') and a.currency = 'coin'
    order by e.id desc limit ${size + 1}`.execute(db)
  const items = rows.slice(0, size).map(itemOf)
  return rows.length > size ? { items, next: String(rows[size - 1]!.entry) } : { items }
}

interface Row {
  entry: number
  id: string
  amount: number
  account: string
  at: Date
  kind: string
  memo: Record<string, unknown> | null
  room_id: string | null
  gift: string | null
  quantity: number | null
  from_owner: string
  to_owner: string
}

function itemOf(row: Row): StatementItem {
  const { id, at, amount, memo, room_id, gift, quantity } = row
  if (row.kind !== 'gift') return { id, at, kind: row.kind, amount, memo: memo ?? {} }
  const earning = row.account === 'streamer'
  const other = earning ? { from: row.from_owner } : { to: row.to_owner }
  return {
    id,
    at,
    kind: earning ? 'earning' : 'gift',
    amount,
    memo: { gift, count: quantity, room: room_id, ...other },
  }
}

function parseCursor(cursor: string): number {
  const id = /^\d{1,16}$/.test(cursor) ? Number(cursor) : Number.NaN
  if (Number.isSafeInteger(id)) return id
  throw new RoomError('input.invalid', 'This page no longer exists; start from the first.', {
    retry: 'fix',
  })
}
