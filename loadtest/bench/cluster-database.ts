/** A database for one run of a cluster benchmark, and people in it who can pay. */

import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import type { Db } from '../../persistence/tables.ts'

const server =
  process.env['PLAZA_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
/** More than a run can spend. */
const coins = 1_000_000_000

/** `drop` removes it, also while somebody is connected. */
export async function createBenchDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `plaza_bench_cluster_${randomBytes(5).toString('hex')}`
  await onServer(`create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) }
}

/** Accounts of `u_giver0` to `u_giver<count - 1>`, paid out of one mint, books balanced. */
export async function fillPurses(db: Db, count: number): Promise<void> {
  await sql
    .raw(
      `
    begin;
    insert into account (kind, owner) values ('mint', 'bench');
    insert into account (kind, owner)
    select 'user', 'u_giver' || n from generate_series(0, ${count - 1}) n;
    insert into transfer (id, kind, from_account, to_account, amount)
    select gen_random_uuid(), 'topup', m.id, u.id, ${coins}
    from account u, account m where u.owner like 'u_giver%' and m.owner = 'bench';
    insert into entry (transfer_id, leg, account_id, amount)
    select t.id, l.leg, l.account, l.amount
    from transfer t
    cross join lateral (values (0, t.from_account, -t.amount), (1, t.to_account, t.amount))
      as l(leg, account, amount);
    update account a set balance = e.sum, credited = e.credited
    from (
      select account_id, sum(amount) as sum,
        coalesce(sum(amount) filter (where amount > 0), 0) as credited
      from entry group by account_id
    ) e
    where e.account_id = a.id;
    commit`,
    )
    .execute(db)
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
