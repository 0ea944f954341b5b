/** A Kysely dialect over a pg pool, with pipelined transactions and automatic preparation. */

import type { Writable } from 'node:stream'
import {
  AbortedTransactionError,
  type CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import type pg from 'pg'
import { StatementNames } from './statement-names.ts'
import { isUnreachable } from './unreachable.ts'

/** `connect` is called once, at the first use. */
export class PgDialect implements Dialect {
  readonly #connect: () => Promise<pg.Pool>

  constructor(connect: () => Promise<pg.Pool>) {
    this.#connect = connect
  }

  createDriver = (): Driver => new PgDriver(this.#connect)
  createQueryCompiler = () => new PostgresQueryCompiler()
  createAdapter = () => new PostgresAdapter()
  createIntrospector = (db: Kysely<any>) => new PostgresIntrospector(db)
}

class PgDriver implements Driver {
  readonly #connect: () => Promise<pg.Pool>
  readonly #connections = new WeakMap<pg.PoolClient, PgConnection>()
  #pool: pg.Pool | undefined

  constructor(connect: () => Promise<pg.Pool>) {
    this.#connect = connect
  }

  async init(): Promise<void> {
    this.#pool = await this.#connect()
  }

  async acquireConnection(): Promise<PgConnection> {
    const client = await this.#pool!.connect()
    let connection = this.#connections.get(client)
    if (!connection) {
      connection = new PgConnection(client)
      this.#connections.set(client, connection)
    }
    return connection
  }

  // Not awaited: the first query travels with it. Where it fails, so does every query behind it.
  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    const { isolationLevel, accessMode } = settings
    const level = isolationLevel ? ` isolation level ${isolationLevel}` : ''
    ;(connection as PgConnection).begin(`begin${level} ${accessMode ?? ''}`.trimEnd())
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PgConnection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PgConnection).rollback()
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await (connection as PgConnection).control(`savepoint "${name}"`)
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await (connection as PgConnection).control(`rollback to "${name}"`)
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await (connection as PgConnection).control(`release "${name}"`)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as PgConnection).release()
  }

  async destroy(): Promise<void> {
    await this.#pool?.end()
    this.#pool = undefined
  }
}

/** What Kysely's connections are here. */
export class PgConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #names = new StatementNames()
  readonly #stream: Writable
  #gathering = false
  #broken = false

  constructor(client: pg.PoolClient) {
    this.#client = client
    this.#stream = (client as unknown as { connection: { stream: Writable } }).connection.stream
    client.on('error', () => (this.#broken = true))
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    this.#gather()
    const name = parameters.length ? this.#names.use(sql) : undefined
    try {
      const values = parameters as unknown[]
      const query = name ? { name, text: sql, values } : { text: sql, values }
      const { command, rowCount, rows } = await this.#client.query(query)
      if (!changing.has(command)) return { rows: rows ?? [] }
      return { rows: rows ?? [], numAffectedRows: BigInt(rowCount ?? 0) }
    } catch (error) {
      if (isUnreachable(error)) this.#broken = true
      if (name && stale.has((error as pg.DatabaseError).code ?? '')) this.#names.forget(sql)
      throw error
    }
  }

  begin(text: string): void {
    this.#gather()
    this.#client.query(text).catch(() => (this.#broken = true))
  }

  /** Throws AbortedTransactionError where a statement before it has failed. */
  async commit(): Promise<void> {
    this.#gather()
    const { command } = await this.control('commit')
    if (command === 'ROLLBACK') throw new AbortedTransactionError()
  }

  /** Never fails: it would hide the error that it follows. What it cannot reach the server rolls back. */
  async rollback(): Promise<void> {
    await this.control('rollback').catch(() => undefined)
  }

  /** A broken connection leaves the pool: the server rolls back what was open. */
  async control(text: string): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(text)
    } catch (error) {
      this.#broken = true
      throw error
    }
  }

  release(): void {
    this.#client.release(this.#broken)
  }

  /** Queries of one turn leave in one write. */
  #gather(): void {
    if (this.#gathering) return
    this.#gathering = true
    this.#stream.cork()
    process.nextTick(() => {
      this.#gathering = false
      this.#stream.uncork()
    })
  }

  // oxlint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('streaming is not supported: read by pages')
  }
}

const changing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** The prepared statement is gone, or a migration changed its result. */
const stale = new Set(['26000', '0A000'])
