/** Locks accounts in bulk. */

import { texts } from './arrays.ts'
import type { PurseRow } from './gift-purses.ts'
import type { AccountKind } from './ledger.store.ts'
import type { Tx } from './tables.ts'
import { query } from './transact.ts'

/** An account in coins. */
export interface AccountName {
  readonly kind: AccountKind
  readonly owner: string
}

export interface LockedAccount extends AccountName, PurseRow {
  /** When the transaction began, by the database's clock, in ms since 1970. */
  readonly time: number
}

export function accountKey({ kind, owner }: AccountName): string {
  return `${kind} ${owner}`
}

/**
 * Locks until the commit, in the order of numbers, so that flushes wait for each other instead of locking
 * up. Accounts that do not exist are left out, but those of streamers are made. The first query is issued
 * at once.
 */
export async function lockAccounts(
  tx: Tx,
  names: readonly AccountName[],
): Promise<LockedAccount[]> {
  const rows = await lock(tx, names)
  if (rows.length === names.length) return rows
  const found = new Set(rows.map(accountKey))
  const missing = names.filter((name) => name.kind === 'streamer' && !found.has(accountKey(name)))
  if (!missing.length) return rows
  const made = query(tx, addStreamers, [texts(missing.map(({ owner }) => owner))])
  const [, more] = await Promise.all([made, lock(tx, missing)])
  return [...rows, ...more]
}

function lock(tx: Tx, names: readonly AccountName[]): Promise<LockedAccount[]> {
  return query<LockedAccount>(tx, lockText, [
    texts(names.map(({ kind }) => kind)),
    texts(names.map(({ owner }) => owner)),
  ])
}

const lockText = `
select a.id, a.kind, a.owner, a.balance, a.spent, a.spent_day,
  extract(epoch from now())::float8 * 1000 as time
from account a
join unnest($1::text[], $2::text[]) as w(kind, owner)
  on a.owner = w.owner and a.kind = w.kind and a.currency = 'coin'
order by a.id
for no key update of a`

// In one order everywhere: one waits for another who is making the same.
const addStreamers = `
insert into account (kind, owner)
select 'streamer', owner from unnest($1::text[]) as w(owner) order by owner
on conflict do nothing`
