/** Tables and queries of top-ups. */

import { sql } from 'kysely'
import type { Migrations } from '../../persistence/migrate.ts'
import type { Db, Tx } from '../../persistence/tables.ts'

export interface TopUpTable {
  id: string
  user_id: string
  coins: number
  cents: number
  provider: string
  /** `pending` past `expires_at` counts as expired, yet a late payment is still credited. */
  state: 'pending' | 'credited' | 'failed'
  /** The provider's name of the payment. */
  reference: string | null
  checkout_url: string | null
  created_at: Date
  expires_at: Date
  settled_at: Date | null
}

/** Deliveries that may come once only. */
export interface PaymentNoticeTable {
  provider: string
  nonce: string
  at: Date
}

declare module '../../persistence/tables.ts' {
  interface Tables {
    topup: TopUpTable
    payment_notice: PaymentNoticeTable
  }
}

export const paymentMigrations: Migrations = {
  '0120-payments': {
    async up(db) {
      await sql`create table topup (
        id uuid primary key,
        user_id text not null references users (id),
        coins bigint not null check (coins > 0),
        cents bigint not null check (cents > 0),
        provider text not null,
        state text not null check (state in ('pending', 'credited', 'failed')),
        reference text,
        checkout_url text,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        settled_at timestamptz)`.execute(db)
      await sql`create index topup_user on topup (user_id, id desc)`.execute(db)
      // One payment credits one order.
      await sql`create unique index topup_reference on topup (provider, reference)
        where reference is not null`.execute(db)
      await sql`create table payment_notice (
        provider text not null,
        nonce text not null,
        at timestamptz not null,
        primary key (provider, nonce))`.execute(db)
    },
  },
}

/** Adds the order unless there is one of this id. */
export async function insertTopUp(db: Db, row: TopUpTable): Promise<void> {
  await db
    .insertInto('topup')
    .values(row)
    .onConflict((c) => c.column('id').doNothing())
    .execute()
}

export async function findTopUp(db: Db, id: string): Promise<TopUpTable | undefined> {
  return db.selectFrom('topup').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The order, locked until the transaction ends. */
export async function lockTopUp(tx: Tx, id: string): Promise<TopUpTable | undefined> {
  return tx.selectFrom('topup').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

export async function updateTopUp(
  db: Db | Tx,
  id: string,
  patch: Partial<TopUpTable>,
): Promise<void> {
  await db.updateTable('topup').set(patch).where('id', '=', id).execute()
}

/** False when this delivery came before. */
export async function recordNotice(tx: Tx, row: PaymentNoticeTable): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('payment_notice')
    .values(row)
    .onConflict((c) => c.columns(['provider', 'nonce']).doNothing())
    .executeTakeFirst()
  // Older ones are refused for their age.
  await tx
    .deleteFrom('payment_notice')
    .where('at', '<', new Date(row.at.getTime() - 3600_000))
    .execute()
  return numInsertedOrUpdatedRows === 1n
}
