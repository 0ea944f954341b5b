import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kysely } from 'kysely'
import pg from 'pg'
import { PgDialect } from './pg-dialect.ts'
import { SqlJournal } from './sql-journal.ts'
import type { Tables } from './tables.ts'

const owner = { node: 'a', incarnation: 'a1' }

test('[JO21] a room whose database cannot be reached is refused as unavailable, with the time to wait', async () => {
  const nobody = new PgDialect(async () => new pg.Pool({ host: '127.0.0.1', port: 1 }))
  const db = new Kysely<Tables>({ dialect: nobody })
  const opening = new SqlJournal(db).open('live_a', owner)
  await assert.rejects(opening, {
    code: 'unavailable',
    retry: 'retry',
    data: { retryInMs: 1_000 },
  })
  await db.destroy()
})
