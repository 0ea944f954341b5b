/** Forward-only migrations, merged from the sets of all stores. */

import { sql, type Kysely } from 'kysely'
import type { Db } from './tables.ts'

export interface Migration {
  /** Runs in a transaction of its own, on Postgres 15 and on PGlite alike. */
  up(db: Kysely<any>): Promise<void>
}

/** By sortable name, e.g. `0003-wallet`. A name that was released never changes its meaning. */
export type Migrations = Record<string, Migration>

export interface MigrateOptions {
  /** Told before each migration. */
  readonly onProgress?: (name: string, index: number, count: number) => void
}

/** Advisory lock number of migrations; any fixed number that nobody else uses. */
const lockNumber = 7_252_925_101

/**
 * Applies what is missing, in the order of names; returns the names applied. Each migration commits
 * together with its record, so a run that was cut off goes on where it stopped. Processes that start
 * together take turns. Throws TypeError when two sets use one name.
 */
export async function migrate(
  db: Db,
  sets: readonly Migrations[],
  { onProgress }: MigrateOptions = {},
): Promise<string[]> {
  const all = merge(sets)
  await sql`create table if not exists migration (
    name text primary key, applied_at timestamptz not null default now())`
    .execute(db)
    .catch(ignoreRace)
  const { rows } = await sql<{ name: string }>`select name from migration`.execute(db)
  const done = new Set(rows.map(({ name }) => name))
  const missing = all.filter(([name]) => !done.has(name))
  const applied: string[] = []
  for (const [index, [name, migration]] of missing.entries()) {
    onProgress?.(name, index, missing.length)
    if (await apply(db, name, migration)) applied.push(name)
  }
  return applied
}

function merge(sets: readonly Migrations[]): [string, Migration][] {
  const all = new Map<string, Migration>()
  for (const [name, migration] of sets.flatMap((set) => Object.entries(set))) {
    const known = all.get(name)
    if (known && known !== migration) throw new TypeError(`two migrations are called ${name}`)
    all.set(name, migration)
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** False when another process was faster. */
async function apply(db: Db, name: string, migration: Migration): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(tx)
    const { rows } = await sql`insert into migration (name) values (${name})
      on conflict do nothing returning name`.execute(tx)
    if (!rows.length) return false
    await migration.up(tx)
    return true
  })
}

/** Two processes creating one table at once: `if not exists` may still collide on the catalogue. */
function ignoreRace(error: { code?: string }): void {
  if (error.code !== '23505' && error.code !== '42P07') throw error
}
