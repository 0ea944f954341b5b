/** Tables of money: accounts, transfers, their entries, and what gifts cost. */

import { sql, type ColumnType } from 'kysely'
import type { Migrations } from './migrate.ts'

export type AccountKind = 'user' | 'streamer' | 'platform' | 'mint' | 'escrow'

export interface AccountTable {
  id: ColumnType<number, never, never>
  kind: AccountKind
  owner: string
  currency: string
  /** In the smallest unit. Below 0 for mints only. */
  balance: number
  /** Sum of all that ever came in. */
  credited: number
  /** What the owner spent on gifts on `spent_day`, its latest day with a gift. */
  spent: number
  spent_day: string | null
}

/** Its id is the client's UUIDv7 and so the idempotency key. */
export interface TransferTable {
  id: string
  kind: string
  from_account: number
  to_account: number
  amount: number
  /** Gifts only: the exact split of `amount`. */
  streamer_amount: number | null
  platform_amount: number | null
  room_id: string | null
  gift: string | null
  quantity: number | null
  /** Plain data for people and programs that read the statement. */
  memo: ColumnType<Record<string, unknown> | null, string | null, never>
  /** What the sender of a gift was answered. */
  answer: ColumnType<any, string | null, never>
  at: ColumnType<Date, never, never>
}

/** One leg of a transfer. The legs of each transfer sum to 0. */
export interface EntryTable {
  id: ColumnType<number, never, never>
  transfer_id: string
  leg: number
  account_id: number
  amount: number
}

export interface GiftSkuTable {
  id: string
  price: number
  tier: number
  name_zh: string
  name_en: string
  position: number
  /** False: no longer sold. */
  active: boolean
}

declare module './tables.ts' {
  interface Tables {
    account: AccountTable
    transfer: TransferTable
    entry: EntryTable
    gift_sku: GiftSkuTable
  }
}

/** Rows over which the platform's share is spread, so that nodes do not wait for each other. */
export const platformRows = 64

// No foreign keys between these tables: they would cost a third of the rate. checkBooks verifies more.
export const ledgerMigrations: Migrations = {
  '0002-ledger': {
    up: async (db) => {
      await sql`create table account (
        id bigint generated always as identity primary key,
        kind text not null check (kind in ('user', 'streamer', 'platform', 'mint', 'escrow')),
        owner text not null,
        currency text not null default 'coin',
        balance bigint not null default 0,
        credited bigint not null default 0,
        spent bigint not null default 0 check (spent >= 0),
        spent_day date,
        unique (owner, kind, currency),
        check (kind = 'mint' or balance >= 0)
      ) with (fillfactor = 50)`.execute(db)
      await sql`insert into account (kind, owner)
        select 'platform', n::text from generate_series(0, ${sql.lit(platformRows - 1)}) n`.execute(
        db,
      )
      await sql`create table transfer (
        id uuid primary key,
        kind text not null,
        from_account bigint not null,
        to_account bigint not null,
        amount bigint not null check (amount > 0),
        streamer_amount bigint,
        platform_amount bigint,
        room_id text,
        gift text,
        quantity int,
        memo jsonb,
        answer json,
        at timestamptz not null default now(),
        check (streamer_amount + platform_amount = amount)
      )`.execute(db)
      await sql`create table entry (
        id bigint generated always as identity,
        transfer_id uuid not null,
        leg smallint not null,
        account_id bigint not null,
        amount bigint not null,
        primary key (transfer_id, leg)
      )`.execute(db)
      // Legs of users and streamers: nobody reads statements of the platform's rows.
      await sql`create index entry_account on entry (account_id, id) where leg < 2`.execute(db)
      await sql`create table gift_sku (
        id text primary key,
        price bigint not null check (price between 1 and 1000000),
        tier smallint not null check (tier between 1 and 4),
        name_zh text not null,
        name_en text not null,
        position int not null,
        active boolean not null default true
      )`.execute(db)
      await sql`insert into gift_sku (id, price, tier, name_zh, name_en, position) values
        ('flower', 1, 1, '花', 'Flower', 1),
        ('heart', 5, 1, '比心', 'Finger heart', 2),
        ('drum', 10, 1, '应援鼓', 'Cheer drum', 3),
        ('lantern', 66, 2, '灯笼', 'Lantern', 4),
        ('fireworks', 188, 2, '烟花', 'Fireworks', 5),
        ('crown', 520, 3, '皇冠', 'Crown', 6),
        ('sportscar', 1314, 3, '跑车', 'Sports car', 7),
        ('rocket', 5000, 4, '火箭', 'Rocket', 8)`.execute(db)
    },
  },
}
