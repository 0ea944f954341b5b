import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql, type Kysely } from 'kysely'
import { migrate, type Migrations } from './migrate.ts'
import { forEachDatabase } from './testing/databases.ts'

const table = (name: string) => ({
  up: async (db: Kysely<any>) => void (await sql.raw(`create table ${name} (x int)`).execute(db)),
})

forEachDatabase((open) => {
  test('[MI1] sets merge in the order of names, each migration once, with progress', async () => {
    const { db } = await open([])
    const order: string[] = []
    const noted = (name: string) => ({ up: async () => void order.push(name) })
    const sets: Migrations[] = [
      { '0002-b': noted('b'), '0010-d': noted('d') },
      { '0001-a': noted('a') },
    ]
    const progress: unknown[] = []
    const applied = await migrate(db, sets, { onProgress: (...args) => progress.push(args) })
    assert.deepEqual(applied, ['0001-a', '0002-b', '0010-d'])
    assert.deepEqual(progress, [
      ['0001-a', 0, 3],
      ['0002-b', 1, 3],
      ['0010-d', 2, 3],
    ])
    assert.deepEqual(await migrate(db, sets), [])
    assert.deepEqual(await migrate(db, [...sets, { '0003-c': noted('c') }]), ['0003-c'])
    assert.deepEqual(order, ['a', 'b', 'd', 'c'])
    await assert.rejects(
      migrate(db, [...sets, { '0001-a': noted('other') }]),
      /two migrations are called 0001-a/,
    )
  })

  test('[MI2] a migration that fails leaves nothing, and the next run goes on from there', async () => {
    const { db } = await open([])
    const broken: Migrations = {
      '0001-a': table('a'),
      '0002-b': {
        up: async (tx) => {
          await table('b').up(tx)
          throw new Error('cut off')
        },
      },
    }
    await assert.rejects(migrate(db, [broken]), /cut off/)
    assert.deepEqual(await migrate(db, [{ ...broken, '0002-b': table('b') }]), ['0002-b'])
    await sql`insert into b values (1)`.execute(db)
  })

  test('[MI3] processes that start together take turns', async () => {
    const { db } = await open([])
    const sets = [{ '0001-a': table('a'), '0002-b': table('b'), '0003-c': table('c') }]
    const applied = await Promise.all([0, 1, 2, 3].map(() => migrate(db, sets)))
    assert.deepEqual(applied.flat().toSorted(), ['0001-a', '0002-b', '0003-c'])
  })
})
