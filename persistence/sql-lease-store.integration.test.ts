import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { leaseContract } from './lease.contract.ts'
import { SqlLeaseStore } from './sql-lease-store.ts'
import type { Db } from './tables.ts'
import { forEachDatabase } from './testing/databases.ts'

forEachDatabase((open) => {
  let db: Db | undefined
  const empty = async () => {
    db ??= (await open()).db
    await sql`truncate node`.execute(db)
    return new SqlLeaseStore(db)
  }
  leaseContract(empty)

  test('[LS7] whoever has the database alone ends the leases of the dead', async () => {
    const store = await empty()
    const dead = { node: 'a', incarnation: 'dead' }
    await store.beat(dead, 60_000, false)
    await store.clear()
    assert.equal(await store.alive(dead), false)
    assert.ok(await store.beat({ node: 'a', incarnation: 'new' }, 60_000, false))
  })
})
