import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { integers, texts } from './arrays.ts'

import { openDatabase, type Database } from './database.ts'
import { tidy } from './housekeeping.ts'
import type { Db, Tx } from './tables.ts'
import { statement, transact, transactByKeys } from './transact.ts'
import { forkFile, kill, spawnUntil } from './testing/child-processes.ts'
import { forEachDatabase } from './testing/databases.ts'
import { isUnreachable } from './unreachable.ts'

const sleep = statement('select pg_sleep(600)', [])

const folders: string[] = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'plaza-db-'))
  folders.push(path)
  return path
}
after(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})

forEachDatabase((open, name) => {
  let shared: Awaited<ReturnType<typeof open>> | undefined
  const fresh = async () => {
    shared ??= await open([])
    await sql`drop table if exists t`.execute(shared.db)
    await sql`create table t (x int constraint t_once unique)`.execute(shared.db)
    return shared
  }
  const rowsOf = async ({ db }: Database) =>
    (await sql<{ x: number }>`select x from t order by x`.execute(db)).rows.map(({ x }) => x)

  test('[DB1] types come back the same on every database, and unsafe integers are refused', async () => {
    const { db } = await fresh()
    const at = new Date('2026-01-02T03:04:05.678Z')
    const bytes = new Uint8Array([0, 255, 92])
    const { rows } = await sql<Record<string, any>>`
      select 9007199254740991::int8 as big, 1.50::numeric as exact, ${at}::timestamptz as at, date '2026-03-04' as day,
        ${bytes}::bytea as bytes, ${JSON.stringify({ a: [1, null] })}::jsonb as json, true as yes, null as no,
        ${[1, 2]}::int8[] as numbers, ${['a"b\\', 'NULL', '']}::text[] as words, count(*) as count`.execute(
      db,
    )
    const { bytes: read, ...row } = rows[0]!
    assert.deepEqual(row, {
      big: Number.MAX_SAFE_INTEGER,
      exact: '1.50',
      at,
      day: '2026-03-04',
      json: { a: [1, null] },
      yes: true,
      no: null,
      numbers: [1, 2],
      words: ['a"b\\', 'NULL', ''],
      count: 1,
    })
    assert.ok(read instanceof Uint8Array)
    assert.deepEqual([...read], [...bytes])
    await assert.rejects(sql`select 9007199254740992::int8`.execute(db), RangeError)
    assert.equal((await sql`select 1`.execute(db)).rows.length, 1)
  })

  test('[DB1] array literals carry any text and any safe integer', async () => {
    const { db } = await fresh()
    const anything = fc.record({
      words: fc.array(
        fc.option(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''))),
        { maxLength: 8 },
      ),
      numbers: fc.array(fc.maxSafeInteger(), { maxLength: 8 }),
    })
    const property = fc.asyncProperty(anything, async ({ words, numbers }) => {
      const { rows } =
        await sql`select ${texts(words)}::text[] as words, ${integers(numbers)}::bigint[] as numbers`.execute(
          db,
        )
      assert.deepEqual(rows[0], { words, numbers: numbers.map((number) => number + 0) })
    })
    await fc.assert(property, {
      numRuns: 100,
      examples: [[{ words: ['NULL', null, '"', '\\', '{', ',', ' '], numbers: [-0] }]],
    })
    assert.throws(() => integers([1.5]), RangeError)
    assert.throws(() => integers([Number.NaN]), RangeError)
  })

  test('[DB2] an error carries its code, constraint and detail, and the connection goes on', async () => {
    const { db } = await fresh()
    await sql`insert into t values (1)`.execute(db)
    const error = await sql`insert into t values (1)`.execute(db).catch((reason: unknown) => reason)
    const { code, constraint, detail, table } = error as Record<string, unknown>
    assert.deepEqual(
      { code, constraint, detail, table },
      { code: '23505', constraint: 't_once', detail: 'Key (x)=(1) already exists.', table: 't' },
    )
    await assert.rejects(sql`selec`.execute(db), { code: '42601' })
    for (let use = 0; use < 12; use++)
      await assert.rejects(sql`select ${use}::int / 0`.execute(db), { code: '22012' })
    assert.deepEqual((await sql`select ${5}::int as x`.execute(db)).rows, [{ x: 5 }])
  })

  test('[DB3] transactions do not mix, and a failed one leaves nothing', async () => {
    const database = await fresh()
    const { db } = database
    const work = (x: number) =>
      db.transaction().execute(async (tx) => {
        await sql`insert into t values (${x})`.execute(tx)
        await sql`select 1`.execute(tx)
        if (x % 2) throw new Error('undone')
        await sql`insert into t values (${x + 100})`.execute(tx)
      })
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, x) => work(x)))
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 10)
    const even = Array.from({ length: 10 }, (_, index) => index * 2)
    assert.deepEqual(await rowsOf(database), [...even, ...even.map((x) => x + 100)])
  })

  if (name === 'postgres') {
    test('[DB3] [DB11] a transaction whose connection dies fails with what killed it, and the next one runs', async () => {
      const { db } = await fresh()
      const dying = transact(db, (tx) =>
        sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx),
      )
      await assert.rejects(dying, { code: '57P01' })
      assert.ok(isUnreachable(await dying.catch((error: unknown) => error)))
      assert.deepEqual((await sql`select ${5}::int as x`.execute(db)).rows, [{ x: 5 }])
    })
  }

  if (name === 'postgres') {
    test('[DB12] a statement without an answer in time fails as unreachable, and its connection leaves the pool', async () => {
      const { url } = await fresh()
      const { db, close } = await openDatabase({ url, poolSize: 1, answerMs: 1_000 })
      const answers = () =>
        sql`select 1`.execute(db).then(
          () => true,
          (error: Error) => {
            assert.match(error.message, /^Query read timeout/) // a busy machine may be as slow
            return false
          },
        )
      const hanging = [
        () => sql`select pg_sleep(600)`.execute(db),
        () => transact(db, (tx) => sql`select pg_sleep(600)`.execute(tx)),
        () => transactByKeys(db, async () => ({ writes: [sleep], result: 1 })),
      ]
      for (const hang of hanging) {
        await assert.rejects(hang(), isUnreachable)
        await until(answers)
      }
      await close()
    })
  }

  test('[DB4] queries of a transaction that are issued together run in order; after a failure nothing is committed', async () => {
    const database = await fresh()
    const { db } = database
    const byKeys = <T>(db: Db, run: (tx: Tx) => Promise<T>): Promise<T> =>
      transactByKeys(db, async (tx) => ({ writes: [], result: await run(tx) }))
    for (const run of [transact, byKeys]) {
      await sql`delete from t`.execute(db)
      const counts = await run(db, async (tx) => {
        const results = await Promise.all(
          [1, 2, 3].flatMap((x) => [
            sql`insert into t values (${x})`.execute(tx),
            sql<{ n: number }>`select count(*) as n from t`.execute(tx),
          ]),
        )
        return results.flatMap(({ rows }) => rows.map((row) => (row as { n: number }).n))
      })
      assert.deepEqual(counts, [1, 2, 3])
      const failing = run(db, async (tx) => {
        const insert = (x: number) => sql`insert into t values (${x})`.execute(tx)
        const all = await Promise.allSettled([insert(4), insert(4), insert(5)])
        const codes = all.map((one) => one.status === 'rejected' && one.reason.code)
        assert.deepEqual(codes, [false, '23505', '25P02'])
      })
      await assert.rejects(failing)
      assert.deepEqual(await rowsOf(database), [1, 2, 3])
    }
  })

  test('[DB4] writes with the commit behind them are there whole or not at all, and the first failure is told', async () => {
    const database = await fresh()
    const { db } = database
    const insert = (x: number) => statement('insert into t values ($1)', [x])
    const run = (...numbers: number[]) =>
      transactByKeys(db, async (tx) => {
        await sql`select 1`.execute(tx)
        return { writes: numbers.map(insert), result: numbers.length }
      })
    assert.equal(await run(1, 2), 2)
    await assert.rejects(run(3, 2, 4), { code: '23505' })
    await assert.rejects(
      transactByKeys(db, async () => {
        throw new Error('not prepared')
      }),
      /not prepared/,
    )
    assert.equal(await run(5), 1)
    assert.deepEqual(await rowsOf(database), [1, 2, 5])
  })

  test('[DB5] a child process shares the database; what it left open when it died is rolled back', async () => {
    const database = await fresh()
    await sql`insert into t values (1)`.execute(database.db)
    const child = forkFile('child-borrower.ts')
    database.serve(child)
    const ask = asker(child)
    assert.deepEqual(JSON.parse((await ask('types')) as string), {
      n: 7,
      b: { type: 'Buffer', data: [0, 255] },
      j: { a: [1] },
    })
    assert.deepEqual(await ask('error'), {
      code: '23505',
      constraint: 't_once',
      detail: 'Key (x)=(1) already exists.',
    })
    assert.equal(await ask('insert'), 'done')
    assert.equal(await ask('listen'), 'listening')
    const heard = new Promise((resolve) =>
      child.on('message', ({ heard }: { heard?: string }) => heard && resolve(heard)),
    )
    await sql`select pg_notify('plaza_test', 'hello')`.execute(database.db)
    assert.equal(await heard, 'hello')
    assert.equal(await ask('hold'), 'holding')
    await kill(child)
    await sql`insert into t values (3)`.execute(database.db)
    assert.deepEqual(await rowsOf(database), [1, 2, 3])
  })

  test('[DB6] a notice reaches every listener, and whoever listens is told after a lost connection', async () => {
    const database = await fresh()
    const heard: string[] = []
    const told = () => until(() => heard.length > 0)
    const stop = await database.listen('plaza_test', (payload) => void heard.push(payload))
    await database.db
      .transaction()
      .execute((tx) => sql`select pg_notify('plaza_test', 'one')`.execute(tx))
    await told()
    assert.deepEqual(heard.splice(0), ['one'])
    if (name === 'postgres') {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'listen%'`.execute(database.db)
      await told()
      assert.deepEqual(heard.splice(0), [''])
      await sql`select pg_notify('plaza_test', 'two')`.execute(database.db)
      await told()
      assert.deepEqual(heard.splice(0), ['two'])
    }
    await stop()
    await sql`select pg_notify('plaza_test', 'nobody')`.execute(database.db)
    await sql`select 1`.execute(database.db)
    assert.deepEqual(heard, [])
  })

  test('[DB9] tables that changed much are vacuumed and analyzed, others are left', async () => {
    const database = await fresh()
    const { db } = database
    await sql`insert into t select generate_series(1, 2000)`.execute(db)
    const names: string[] = []
    await until(async () => {
      await sql`select pg_stat_clear_snapshot()`.execute(db)
      names.push(...(await tidy(db)))
      return names.length > 0
    })
    assert.deepEqual(names, ['public.t'])
    const { rows } = await sql<{
      n: number
    }>`select reltuples::int as n from pg_class where relname = 't'`.execute(db)
    assert.equal(rows[0]!.n, 2000)
  })
})

test('[DB7] a data directory has one process: a second one is told its pid, a dead one is followed', async () => {
  const dataDir = folder()
  const { child } = await spawnUntil('child-opener.ts', [dataDir], 'open')
  await assert.rejects(openDatabase({ dataDir }), (error: any) => {
    assert.equal(error.code, 'database.locked')
    assert.deepEqual(error.data, { pid: child.pid })
    assert.match(error.message, new RegExp(`process ${child.pid}`))
    return true
  })
  await kill(child)
  const database = await openDatabase({ dataDir })
  await assert.rejects(openDatabase({ dataDir }), {
    code: 'database.locked',
    data: { pid: process.pid },
  })
  await database.close()
  writeFileSync(join(dataDir, 'pglite.lock'), 'garbage')
  await (await openDatabase({ dataDir })).close()
})

test('[DB8] [DB11] a server that cannot be reached is an error at once, not later', async () => {
  const opening = openDatabase({ url: 'postgres://postgres@127.0.0.1:1/none' })
  await assert.rejects(opening, { code: 'ECONNREFUSED' })
  assert.ok(isUnreachable(await opening.catch((error: unknown) => error)))
})

function asker(child: ChildProcess) {
  return (task: string): Promise<unknown> =>
    new Promise((resolve) => {
      const listen = (message: { answer?: unknown }) => {
        if (message.answer === undefined) return
        child.off('message', listen)
        resolve(message.answer)
      }
      child.on('message', listen)
      child.send({ task })
    })
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
