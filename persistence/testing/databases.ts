/** Fresh databases for tests: PGlite in memory, and throw-away databases on a Postgres server. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, describe } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { openDatabase, type Database } from '../database.ts'
import { migrate, type Migrations } from '../migrate.ts'
import { persistenceMigrations } from '../migrations.ts'

export type DatabaseName = 'pglite' | 'postgres'

/** An empty database with `sets` applied (those of persistence by default); closed after the suite. */
export type Open = (sets?: readonly Migrations[]) => Promise<Database & { readonly url?: string }>

const serverUrl =
  process.env['PLAZA_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const unreachable = await tryServer()
const pgliteFile = fileURLToPath(import.meta.resolve('@electric-sql/pglite'))

/** Runs a suite on each kind of database, skipping by name what cannot be reached. */
export function forEachDatabase(suite: (open: Open, name: DatabaseName) => void): void {
  describe('on pglite', () => {
    suite(opener(openPglite), 'pglite')
  })
  describe('on postgres', { skip: unreachable }, () => {
    suite(opener(openPostgres), 'postgres')
  })
}

/** For suites of one kind only: opens as `forEachDatabase` does. */
export function openerOf(name: DatabaseName): Open {
  return opener(name === 'pglite' ? openPglite : openPostgres)
}

/** Why tests on a server are skipped, or false. */
export const postgresMissing: string | false = unreachable

function opener(openOne: () => Promise<Database>): Open {
  const opened: Database[] = []
  after(async () => {
    for (const database of opened) await database.close()
    for (const database of idle.splice(0)) await database.close()
  })
  return async (sets = [persistenceMigrations]) => {
    const database = once(await openOne())
    opened.push(database)
    await migrate(database.db, sets)
    return database
  }
}

/** `close` may be called by the test and again after the suite. */
function once(database: Database): Database {
  let closing: Promise<void> | undefined
  return { ...database, close: () => (closing ??= database.close()) }
}

/** PGlite takes a second to start: closed ones are emptied and used again. */
const idle: Database[] = []

async function openPglite(): Promise<Database> {
  const database = idle.pop() ?? (await startPglite())
  return {
    ...database,
    close: async () => {
      await sql`drop schema public cascade`.execute(database.db)
      await sql`create schema public`.execute(database.db)
      idle.push(database)
    },
  }
}

/** Starts from a copy of an empty data directory, kept in the temporary folder: three times as fast. */
async function startPglite(): Promise<Database> {
  const engine = createHash('sha256').update(readFileSync(pgliteFile)).digest('hex').slice(0, 16)
  const file = join(tmpdir(), `plaza-test-pglite-${engine}.tar`)
  if (existsSync(file)) return openDatabase({ template: readFileSync(file) })
  const database = await openDatabase({})
  const partial = `${file}.${process.pid}`
  writeFileSync(partial, await database.dump!())
  renameSync(partial, file)
  return database
}

async function openPostgres(): Promise<Database & { url: string }> {
  const name = `plaza_test_${crypto.randomUUID().slice(0, 13).replace('-', '_')}`
  await onServer(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = name
  const database = await openDatabase({ url: url.href })
  return {
    ...database,
    url: url.href,
    close: async () => {
      await database.close()
      await onServer(`drop database if exists ${name} with (force)`)
    },
  }
}

async function onServer(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function tryServer(): Promise<string | false> {
  try {
    await onServer('select 1')
    return false
  } catch (error) {
    return `no Postgres at ${new URL(serverUrl).host}: ${(error as Error).message}`
  }
}
