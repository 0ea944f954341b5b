/** Audits the ledger and the journal: what must hold at every commit. */

import { sql } from 'kysely'
import type { Db } from './tables.ts'

/**
 * Everything that does not balance, in words; empty when the books are right. Reads all tables in one
 * consistent view of the database: the caller's transaction, if it has one.
 */
export function checkBooks(db: Db): Promise<string[]> {
  if (db.isTransaction) return audit(db)
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(audit)
}

async function audit(db: Db): Promise<string[]> {
  const found: string[] = []
  for (const [rule, text] of Object.entries(rules)) {
    const { rows } = await sql.raw<Record<string, unknown>>(`${text} limit 5`).execute(db)
    for (const row of rows) found.push(`${rule}: ${JSON.stringify(row)}`)
  }
  return found
}

/** Each finds the rows that break its rule. */
const rules: Readonly<Record<string, string>> = {
  'balances sum to 0 per currency': `
    select currency, sum(balance) from account group by currency having sum(balance) <> 0`,
  'entries sum to 0 per currency': `
    select a.currency, sum(e.amount) from entry e join account a on a.id = e.account_id
    group by a.currency having sum(e.amount) <> 0`,
  'each entry has its account and its transfer': `
    select e.id from entry e
    left join account a on a.id = e.account_id left join transfer t on t.id = e.transfer_id
    where a.id is null or t.id is null`,
  'the legs of each transfer sum to 0 and are all there': `
    select t.id, t.kind, count(e.leg) as legs, sum(e.amount) as sum
    from transfer t left join entry e on e.transfer_id = t.id
    group by t.id having coalesce(sum(e.amount), 1) <> 0
      or count(e.leg) <> case t.kind when 'gift' then 3 else 2 end`,
  'each leg is that of its transfer': `
    select e.transfer_id, e.leg, e.amount from entry e
    join transfer t on t.id = e.transfer_id join account a on a.id = e.account_id
    where case e.leg
      when 0 then e.account_id <> t.from_account or e.amount <> -t.amount
      when 1 then e.account_id <> t.to_account or e.amount <> coalesce(t.streamer_amount, t.amount)
      else a.kind <> 'platform' or e.amount <> t.platform_amount end`,
  'each balance is the sum of its entries': `
    select a.id, a.balance, coalesce(sum(e.amount), 0) as entries
    from account a left join entry e on e.account_id = a.id
    group by a.id having a.balance <> coalesce(sum(e.amount), 0)
      or a.credited <> coalesce(sum(e.amount) filter (where e.amount > 0), 0)`,
  'only mints go below 0': `
    select id, kind, balance from account where balance < 0 and kind <> 'mint'`,
  'the numbers of a room have no gap': `
    select room_id, first_seq, before from (
      select room_id, first_seq, lag(last_seq) over (partition by room_id order by id) as before
      from journal) j
    where first_seq <> before + 1`,
  'the epochs of a room never fall': `
    select room_id, epoch, before from (
      select room_id, epoch, lag(epoch) over (partition by room_id order by id) as before
      from journal) j
    where epoch < before`,
  'a room is where its log ends': `
    select a.room_id, a.last_seq, a.epoch, j.last_seq as log, j.epoch as log_epoch from actor a
    join lateral (
      select last_seq, epoch from journal where room_id = a.room_id order by id desc limit 1
    ) j on true
    where a.last_seq <> j.last_seq or a.epoch < j.epoch`,
}
