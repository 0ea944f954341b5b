/** Transactions whose queries share round trips. */

import { CompiledQuery, Transaction, type DatabaseConnection } from 'kysely'
import { PgDialect, type PgConnection } from './pg-dialect.ts'
import type { Db, Tables, Tx, Write } from './tables.ts'

/**
 * Like `db.transaction().execute(run)`, but queries that `run` issues without awaiting each other are
 * sent at once and run in that order. After one has failed the later ones fail with code 25P02, and
 * nothing is committed. `run` must await all of them before it returns.
 */
export function transact<T>(db: Db, run: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute((serial) => {
    const executor = serial.getExecutor()
    return executor.provideConnection((connection) => run(pipelined(executor, connection)))
  })
}

/** What a transaction writes last, and what it comes to. */
export interface Ending<T> {
  readonly writes: readonly Write[]
  readonly result: T
}

/**
 * One transaction in two round trips: `prepare` may ask and await; its writes then leave together with the
 * commit behind them. Where one of them fails, the server makes a rollback of that commit and this throws
 * what the first said. Once the writes have left, an error of the connection leaves the outcome unknown.
 *
 * For statements that find all their rows by keys: plans that read whole tables are off, and none is made
 * anew for the values of the day. Plans live long, and one made while a table was small would stay slow.
 */
export function transactByKeys<T>(db: Db, prepare: (tx: Tx) => Promise<Ending<T>>): Promise<T> {
  const executor = db.getExecutor()
  return executor.provideConnection(async (connection) => {
    const pg = connection as PgConnection
    pg.begin(beginByKeys)
    let ending: Ending<T>
    try {
      ending = await prepare(pipelined(executor, connection))
    } catch (error) {
      await pg.rollback()
      throw error
    }
    const { writes, result } = ending
    const sent = writes.map(({ text, values }) =>
      pg.executeQuery(CompiledQuery.raw(text, [...values])),
    )
    for (const outcome of await Promise.allSettled([...sent, pg.commit()]))
      if (outcome.status === 'rejected') throw outcome.reason
    return result
  })
}

// A plan that cannot do without a whole table counts as dear, and would be compiled each time.
const beginByKeys = `begin; set local enable_seqscan = off; set local enable_hashjoin = off;
  set local enable_mergejoin = off; set local jit = off; set local plan_cache_mode = force_generic_plan`

/** Runs one statement that is worth no query builder; `$1` … are `values`. */
export async function query<R = unknown>(
  tx: Db,
  text: string,
  values: readonly unknown[],
): Promise<R[]> {
  const { rows } = await tx.executeQuery<R>(CompiledQuery.raw(text, values as unknown[]))
  return rows
}

/** The same, for later. */
export function statement(text: string, values: Write['values']): Write {
  return { text, values }
}

/**
 * For errors that another try may not meet: deadlock, serialization failure. Sound only while nothing
 * outside the database has happened yet.
 */
export function isTransient(error: unknown): boolean {
  const { code } = error as { code?: string }
  return code === '40P01' || code === '40001'
}

function pipelined(executor: ReturnType<Db['getExecutor']>, connection: DatabaseConnection): Tx {
  // Kysely's own provider lets one query run at a time.
  const together = executor.withConnectionProvider({
    provideConnection: (consumer) => consumer(connection),
  })
  return new Transaction<Tables>({ config: { dialect }, dialect, driver, executor: together })
}

// A transaction never connects by itself; its introspection and schema builder ask for a dialect.
const dialect = new PgDialect(() => Promise.reject(new TypeError('a transaction has no pool')))
const driver = dialect.createDriver()
