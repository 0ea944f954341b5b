/** Accounts and transfers between them: double entry, idempotent by the transfer's id. */

import { sql } from 'kysely'
import { RoomError } from '../engine/kernel/room-error.ts'
import { defaultDailyLimit, defaultTimeZone } from './gift-settler.ts'
import type { AccountKind } from './ledger.store.ts'
import { dayIn } from './spending-day.ts'
import { statementPage, type StatementPage } from './statement.ts'
import type { Db, Tx } from './tables.ts'

/** An account by what it is: made when it is first used. */
export interface AccountRef {
  readonly kind: AccountKind
  readonly owner: string
  /** `coin` by default. */
  readonly currency?: string
}

export interface TransferRequest {
  /** UUIDv7: a transfer of this id happens once. */
  readonly id: string
  /** Shown in statements: `topup`, `refund`, `payout` … */
  readonly kind: string
  readonly from: AccountRef
  readonly to: AccountRef
  /** More than 0. */
  readonly amount: number
  /** Plain data. */
  readonly memo?: Readonly<Record<string, unknown>>
}

export interface Wallet {
  readonly balance: number
  readonly spentToday: number
  readonly dailyLimit: number
  /** Coins from gifts: what is there, and what ever came in. */
  readonly earnings: { readonly available: number; readonly total: number }
}

export interface LedgerOptions {
  /** The same as the gift settler's. */
  readonly dailyLimit?: number | ((user: string) => number)
  readonly timeZone?: string
  readonly now?: () => number
}

export class Ledger {
  readonly #options: LedgerOptions

  constructor(options: LedgerOptions = {}) {
    this.#options = options
  }

  /**
   * `duplicate` when the same transfer was made before. Throws RoomError `conflict` when its id names
   * another transfer, and `insufficient_balance {need, have}`. The caller's transaction commits it.
   */
  async transfer(tx: Tx, request: TransferRequest): Promise<'applied' | 'duplicate'> {
    const { id, kind, amount, memo } = request
    check(request)
    const accounts = await lockPair(tx, request.from, request.to)
    const from = accounts.from
    const known = await tx
      .selectFrom('transfer')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    if (known) {
      const same =
        known.kind === kind &&
        known.amount === amount &&
        known.from_account === from.id &&
        known.to_account === accounts.to.id
      if (same) return 'duplicate'
      throw new RoomError('conflict', 'This id belongs to another transfer; use a new one.')
    }
    if (request.from.kind !== 'mint' && from.balance < amount) {
      throw new RoomError('insufficient_balance', 'Top up your coins first.', {
        data: { need: amount, have: from.balance },
      })
    }
    await sql`
      with t as (
        insert into transfer (id, kind, from_account, to_account, amount, memo)
        values (${id}, ${kind}, ${from.id}, ${accounts.to.id}, ${amount},
          ${memo ? JSON.stringify(memo) : null})
        returning id
      ), e as (
        insert into entry (transfer_id, leg, account_id, amount)
        select t.id, l.leg, l.account, l.amount from t, (values
          (0, ${from.id}::bigint, ${-amount}::bigint), (1, ${accounts.to.id}::bigint, ${amount}::bigint)
        ) as l(leg, account, amount)
      )
      update account set
        balance = balance + case id when ${from.id} then ${-amount}::bigint else ${amount}::bigint end,
        credited = credited + case id when ${from.id} then 0 else ${amount}::bigint end
      where id in (${from.id}, ${accounts.to.id})`.execute(tx)
    return 'applied'
  }

  /** Of accounts that are not there yet: 0. */
  async balances(db: Db, refs: readonly AccountRef[]): Promise<number[]> {
    if (!refs.length) return []
    const rows = await db
      .selectFrom('account')
      .select(['kind', 'owner', 'currency', 'balance'])
      .where('owner', 'in', [...new Set(refs.map(({ owner }) => owner))])
      .execute()
    const found = new Map(rows.map((row) => [keyOf(row), row.balance]))
    return refs.map((ref) => found.get(keyOf(ref)) ?? 0)
  }

  async wallet(db: Db, user: string): Promise<Wallet> {
    const { dailyLimit = defaultDailyLimit, timeZone = defaultTimeZone, now } = this.#options
    const { rows } = await sql<{
      kind: string
      balance: number
      credited: number
      spent: number
      spent_day: string | null
      time: Date
    }>`select kind, balance, credited, spent, spent_day, now() as time from account
      where owner = ${user} and kind in ('user', 'streamer') and currency = 'coin'`.execute(db)
    const coins = rows.find(({ kind }) => kind === 'user')
    const earned = rows.find(({ kind }) => kind === 'streamer')
    const today = coins && dayIn(timeZone)(now ? new Date(now()) : coins.time)
    return {
      balance: coins?.balance ?? 0,
      spentToday: coins?.spent_day && coins.spent_day >= today! ? coins.spent : 0,
      dailyLimit: typeof dailyLimit === 'function' ? dailyLimit(user) : dailyLimit,
      earnings: { available: earned?.balance ?? 0, total: earned?.credited ?? 0 },
    }
  }

  /** What moved a user's coins and earnings, newest first. Throws RoomError `input.invalid` for a bad cursor. */
  entries(
    db: Db,
    user: string,
    page: { cursor?: string | undefined; limit?: number | undefined } = {},
  ): Promise<StatementPage> {
    return statementPage(db, user, page)
  }
}

interface LockedAccount {
  readonly id: number
  readonly balance: number
}

/** Makes what is missing, then locks both in the order of ids. */
async function lockPair(
  tx: Tx,
  from: AccountRef,
  to: AccountRef,
): Promise<{ from: LockedAccount; to: LockedAccount }> {
  for (const { kind, owner, currency = 'coin' } of [from, to]) {
    await sql`insert into account (kind, owner, currency) values (${kind}, ${owner}, ${currency})
      on conflict do nothing`.execute(tx)
  }
  const { rows } = await sql<
    LockedAccount & { kind: AccountKind; owner: string; currency: string }
  >`
    select id, balance, kind, owner, currency from account
    where (kind, owner, currency) in (
      (${from.kind}, ${from.owner}, ${from.currency ?? 'coin'}),
      (${to.kind}, ${to.owner}, ${to.currency ?? 'coin'}))
    order by id for no key update`.execute(tx)
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  return { from: found.get(keyOf(from))!, to: found.get(keyOf(to))! }
}

function check({ amount, from, to }: TransferRequest): void {
  if (!Number.isSafeInteger(amount) || amount <= 0)
    throw new RoomError('input.invalid', 'An amount is a whole number above 0.', { retry: 'fix' })
  if (keyOf(from) === keyOf(to) || (from.currency ?? 'coin') !== (to.currency ?? 'coin'))
    throw new RoomError('input.invalid', 'A transfer needs two accounts of one currency.', {
      retry: 'fix',
    })
}

function keyOf({ kind, owner, currency = 'coin' }: AccountRef): string {
  return `${kind} ${currency} ${owner}`
}
