/** Databases for the gift bench: filled once with history, warmed before each run. */

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { openDatabase, type Database } from '../../persistence/database.ts'
import { migrate, type Migrations } from '../../persistence/migrate.ts'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import type { Db } from '../../persistence/tables.ts'
import { giftMigrations } from '../../rooms/features/gift/gift.store.ts'
import { fillPgbench } from './gifts-pgbench.ts'

export interface GiftBooks {
  readonly database: Database
  readonly url?: string
  /** User ids with more coins than a bench can spend. */
  readonly senders: readonly string[]
  /** Room keys; the host of `live_<x>` is `u_host<x>`. */
  readonly rooms: readonly string[]
}

const migrations: readonly Migrations[] = [persistenceMigrations, giftMigrations]
const users = 20_000
const rooms = 20
const coins = 1_000_000_000
const transfersBefore = { postgres: 300_000, pglite: 50_000 }

/** The server's address, or undefined (and why is said) where there is none. */
export async function benchServer(say: (line: string) => void): Promise<string | undefined> {
  const url =
    process.env['PLAZA_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
  try {
    await withClient(url, async (client) => {
      const { rows } = await client.query(
        `select current_setting('synchronous_commit') as sync, current_setting('fsync') as fsync`,
      )
      if (rows[0].sync !== 'on' || rows[0].fsync !== 'on')
        throw new Error('synchronous_commit or fsync is off')
    })
  } catch (error) {
    say(`left out Postgres: ${(error as Error).message}`)
    return undefined
  }
  const bench = await ensureDatabase(url, 'plaza_bench_tpcb', say)
  if (bench.isNew) await fillPgbench(bench.url)
  await withClient(bench.url, warm)
  return bench.url
}

/** Kept for the next run under a name that changes with the schema. */
export async function openBenchDatabase(
  server: string,
  say: (line: string) => void,
): Promise<GiftBooks> {
  const schema = migrations.flatMap((set) => Object.values(set).map(({ up }) => String(up))).join()
  const version = createHash('sha256').update(schema).digest('hex').slice(0, 12)
  const { url } = await ensureDatabase(server, `plaza_bench_gifts_${version}`, say)
  const database = await openDatabase({ url })
  const books = await fill(database, transfersBefore.postgres)
  await withClient(url, warm)
  return { ...books, url }
}

export async function openPgliteBench(say: (line: string) => void): Promise<GiftBooks> {
  say('starts PGlite')
  return fill(await openDatabase({}), transfersBefore.pglite)
}

async function fill(database: Database, transfers: number): Promise<GiftBooks> {
  const { db } = database
  await migrate(db, migrations)
  const { rows: known } = await sql`select from account where kind = 'user' limit 1`.execute(db)
  if (!known.length) await addHistory(db, transfers)
  for (const table of [
    'account',
    'transfer',
    'entry',
    'actor',
    'journal',
    'snapshot',
    'gift_history',
  ])
    await sql.raw(`vacuum analyze ${table}`).execute(db)
  return {
    database,
    senders: Array.from({ length: users }, (_, index) => `u_${index}`),
    rooms: Array.from({ length: rooms }, (_, index) => `live_${index}`),
  }
}

/** Top-ups for everybody and so many gifts, books balanced. */
async function addHistory(db: Db, transfers: number): Promise<void> {
  await sql
    .raw(
      `
    insert into account (kind, owner) values ('mint', 'bench');
    insert into account (kind, owner) select 'user', 'u_' || n from generate_series(0, ${users - 1}) n;
    insert into account (kind, owner) select 'streamer', 'u_host' || n from generate_series(0, ${rooms - 1}) n;
    insert into transfer (id, kind, from_account, to_account, amount)
    select gen_random_uuid(), 'topup', m.id, u.id, ${coins}
    from account u, account m where u.kind = 'user' and m.kind = 'mint';
    insert into transfer (id, kind, from_account, to_account, amount, streamer_amount, platform_amount,
      room_id, gift, quantity)
    select ('0190' || substr(md5(n::text), 1, 8) || '7' || substr(md5(n::text), 10, 3) || '8' || substr(md5(n::text), 14, 15))::uuid,
      'gift', u.id, s.id, 10, 7, 3, 'live_' || n % ${rooms}, 'drum', 1
    from generate_series(1, ${transfers}) n
    join account u on u.kind = 'user' and u.owner = 'u_' || n % ${users}
    join account s on s.kind = 'streamer' and s.owner = 'u_host' || n % ${rooms};
    insert into entry (transfer_id, leg, account_id, amount)
    select t.id, l.leg, l.account, l.amount
    from transfer t
    join account p on p.kind = 'platform' and p.owner = '0'
    cross join lateral (values
      (0, t.from_account, -t.amount),
      (1, t.to_account, coalesce(t.streamer_amount, t.amount)),
      (2, p.id, t.platform_amount)
    ) as l(leg, account, amount)
    where l.amount is not null;
    update account a set balance = e.sum, credited = e.credited
    from (
      select account_id, sum(amount) as sum, coalesce(sum(amount) filter (where amount > 0), 0) as credited
      from entry group by account_id
    ) e
    where e.account_id = a.id;`,
    )
    .execute(db)
}

async function ensureDatabase(
  server: string,
  name: string,
  say: (line: string) => void,
): Promise<{ url: string; isNew: boolean }> {
  const url = new URL(server)
  url.pathname = name
  const isNew = await withClient(server, async (client) => {
    const { rows } = await client.query('select from pg_database where datname = $1', [name])
    if (rows.length) return false
    say(`makes database ${name}, and keeps it for the next run`)
    await client.query(`create database ${name}`)
    return true
  })
  return { url: url.href, isNew }
}

/** Everything once through the server's and the system's cache, and no checkpoint due. */
async function warm(client: pg.Client): Promise<void> {
  await client.query('create extension if not exists pg_prewarm')
  await client.query(`select pg_prewarm(oid, 'read') from pg_class
    where relkind in ('r', 'i') and relnamespace = 'public'::regnamespace`)
  await client.query('checkpoint')
}

async function withClient<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}
