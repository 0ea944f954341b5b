import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { OutboxConsumer, put, type OutboxRow } from './outbox.ts'
import { forEachDatabase } from './testing/databases.ts'

forEachDatabase((open) => {
  let shared: Database | undefined
  const fresh = async () => {
    shared ??= await open()
    await sql`truncate outbox`.execute(shared.db)
    return shared
  }
  const add = ({ db }: Database, ...messages: [topic: string, key: string, payload?: unknown][]) =>
    db.transaction().execute((tx) =>
      put(
        tx,
        messages.map(([topic, key, payload = {}]) => ({ topic, key, payload })),
      ),
    )
  const left = async ({ db }: Database) =>
    (await sql<{ n: number }>`select count(*) as n from outbox`.execute(db)).rows[0]!.n
  const empty = (database: Database) => until(async () => (await left(database)) === 0)

  test('[OB1] messages are handled in order per key, after their transaction only, and then are gone', async () => {
    const database = await fresh()
    const seen: string[] = []
    const handler = async ({ topic, key, payload }: OutboxRow) =>
      void seen.push(`${topic} ${key} ${payload.n}`)
    const consumer = new OutboxConsumer(database, { 'a.': handler })
    await consumer.start()
    const undone = database.db.transaction().execute(async (tx) => {
      await put(tx, [{ topic: 'a.x', key: 'k', payload: { n: 0 } }])
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    for (let n = 1; n <= 20; n++)
      await add(database, ['a.x', `k${n % 2}`, { n }], ['a.y', `k${n % 2}`, { n }])
    await empty(database)
    await consumer.stop()
    for (const key of ['k0', 'k1']) {
      const own = seen
        .filter((line) => line.includes(key))
        .map((line) => Number(line.split(' ')[2]))
      assert.equal(own.length, 20)
      assert.deepEqual(
        own,
        own.toSorted((x, y) => x - y),
      )
    }
    assert.deepEqual(consumer.counts, { handled: 40, parked: 0 })
  })

  test('[OB6] the id of a message carries the time of the database, whatever this machine shows', async (t) => {
    const database = await fresh()
    const hourMs = 3_600_000
    const now = Date.now()
    t.mock.method(Date, 'now', () => now + hourMs)
    await add(database, ['a.x', 'k'], ['a.x', 'k'])
    t.mock.restoreAll()
    const { rows } = await sql<{ id: string }>`select id from outbox order by seq`.execute(
      database.db,
    )
    assert.equal(new Set(rows.map(({ id }) => id)).size, 2)
    for (const { id } of rows)
      assert.ok(Math.abs(parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - now) < 60_000, id)
  })

  test('[OB2] payload, id and time come back; topics that nobody here handles stay', async () => {
    const database = await fresh()
    const payload = { text: 'ö"\\ {}', list: [1, null], deep: { a: true } }
    await add(database, ['a.x', 'k', payload], ['b.x', 'k'], ['ab', 'k2'])
    const rows: OutboxRow[] = []
    const consumer = new OutboxConsumer(database, { 'a.': async (row) => void rows.push(row) })
    await consumer.start()
    await until(async () => (await left(database)) === 2)
    await consumer.stop()
    assert.deepEqual(rows[0]!.payload, payload)
    assert.match(rows[0]!.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    assert.ok(rows[0]!.createdAt instanceof Date)
    assert.equal(rows[0]!.attempt, 1)
  })

  test('[OB3] a failure is tried again and holds up its own key only', async () => {
    const database = await fresh()
    const seen: string[] = []
    let failures = 3
    const consumer = new OutboxConsumer(
      database,
      {
        'a.': async ({ key, payload, attempt }) => {
          seen.push(`${key}${payload.n}:${attempt}`)
          if (key === 'bad' && payload.n === 1 && failures-- > 0) throw new Error('not yet')
        },
      },
      { firstBackoffMs: 5 },
    )
    await add(
      database,
      ['a.x', 'bad', { n: 1 }],
      ['a.x', 'bad', { n: 2 }],
      ['a.x', 'good', { n: 1 }],
    )
    await consumer.start()
    await empty(database)
    await consumer.stop()
    assert.deepEqual(
      seen.filter((line) => line.startsWith('bad')),
      ['bad1:1', 'bad1:2', 'bad1:3', 'bad1:4', 'bad2:1'],
    )
    assert.deepEqual(
      seen.filter((line) => line.startsWith('good')),
      ['good1:1'],
    )
  })

  test('[OB4] a message that always fails is parked and counted, and its key goes on', async () => {
    const database = await fresh()
    const told: [number, boolean][] = []
    const done: number[] = []
    const consumer = new OutboxConsumer(
      database,
      {
        'a.': async ({ payload }) => {
          if (payload.n === 1) throw new Error('poison')
          done.push(payload.n)
        },
      },
      {
        firstBackoffMs: 1,
        tries: 3,
        onFailure: ({ attempt }, _, parked) => told.push([attempt, parked]),
      },
    )
    await add(database, ['a.x', 'k', { n: 1 }], ['a.x', 'k', { n: 2 }])
    await consumer.start()
    await until(async () => (await left(database)) === 1)
    await consumer.stop()
    assert.deepEqual(told, [
      [1, false],
      [2, false],
      [3, true],
    ])
    assert.deepEqual(done, [2])
    assert.deepEqual(consumer.counts, { handled: 1, parked: 1 })
    const { rows } = await sql`select parked, error from outbox`.execute(database.db)
    assert.deepEqual(rows, [{ parked: true, error: 'poison' }])
  })

  test('[OB5] consumers share the work, and what one dropped is done by another', async () => {
    const database = await fresh()
    const seen: string[] = []
    const running = new Set<string>()
    const handler = async ({ key, payload }: OutboxRow) => {
      assert.ok(!running.has(key), 'two at one key at a time')
      running.add(key)
      await new Promise((resolve) => setImmediate(resolve))
      running.delete(key)
      seen.push(`${key} ${payload.n}`)
    }
    // Claimed by a process that died with it.
    await add(database, ['a.x', 'dropped', { n: 1 }])
    await sql`update outbox set attempts = 1, due_at = clock_timestamp() + interval '50 milliseconds'`.execute(
      database.db,
    )
    const consumers = [0, 1, 2].map(
      () => new OutboxConsumer(database, { a: handler }, { pollMs: 20 }),
    )
    for (let n = 1; n <= 10; n++) await add(database, ['a.x', 'k1', { n }], ['a.x', 'k2', { n }])
    for (const consumer of consumers) await consumer.start()
    await empty(database)
    for (const consumer of consumers) await consumer.stop()
    for (const key of ['k1', 'k2']) {
      const own = seen.filter((line) => line.startsWith(key))
      assert.deepEqual(
        own,
        Array.from({ length: 10 }, (_, index) => `${key} ${index + 1}`),
      )
    }
    assert.equal(seen.filter((line) => line === 'dropped 1').length, 1)
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
