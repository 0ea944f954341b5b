/** VACUUM ANALYZE for PGlite, which has no autovacuum: without it gifts fall to less than half their rate. */

import { sql } from 'kysely'
import type { Db } from './tables.ts'

const everyMs = 60_000

/** Rows changed since a table was last looked after, from which it is worth doing. */
const floor = 500
const share = 0.1

/** Looks once a minute. The result ends it, after the round under way. */
export function keepTidy(db: Db): () => Promise<void> {
  let round = Promise.resolve()
  const timer = setInterval(() => {
    round = round.then(() => tidy(db)).then(noResult, noResult) // the next round tries again
  }, everyMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    return round
  }
}

/** Vacuums and analyzes the tables that have changed enough; returns their names. */
export async function tidy(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
    where n_mod_since_analyze > ${floor} + ${share}::float8 * n_live_tup
      or n_dead_tup > ${floor} + ${share}::float8 * n_live_tup`.execute(db)
  for (const { name } of rows) await sql.raw(`vacuum analyze ${name}`).execute(db)
  return rows.map(({ name }) => name)
}

function noResult(): void {}
