import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { journalContract } from './journal.contract.ts'
import { SqlJournal } from './sql-journal.ts'
import type { Db } from './tables.ts'
import { statement } from './transact.ts'
import { batch, event } from './testing/batches.ts'
import { forEachDatabase } from './testing/databases.ts'
import { owner, sqlJournal, type JournalSettings } from './testing/journals.ts'

const room = 'live_a'

forEachDatabase((open, name) => {
  let shared: Db | undefined
  const empty = async (): Promise<Db> => {
    shared ??= (await open()).db
    await sql`truncate node, actor, snapshot, journal, outbox`.execute(shared)
    await sql`drop table if exists purse, record`.execute(shared)
    return shared
  }

  journalContract(async (settings?: JournalSettings) => sqlJournal(await empty(), settings))

  test('[JO9] a flush in which anything fails writes nothing', async () => {
    const db = await empty()
    const under = await sqlJournal(db)
    const failing = new SqlJournal(db, {
      recorders: [{ types: ['bad'], writes: () => [statement('select 1/0', [])] }],
    })
    await failing.open(room, owner('a'))
    await failing.open('live_b', owner('a'))
    const events = [event('recorded'), event('bad')]
    const flush = failing.flush([batch(room, 1, 1, { events }), batch('live_b', 1, 1)])
    await assert.rejects(flush, { code: '22012' })
    assert.deepEqual(await under.recorded(), [])
    assert.equal((await failing.open(room, owner('a'))).position.seq, 0)
    assert.deepEqual((await failing.open('live_b', owner('a'))).tail, [])
    await assert.rejects(
      failing.flush([batch(room, 2, 1, { pay: [{ id: 'p', amount: 1 }] })]),
      /no settler purse/,
    )
  })

  test('[JO11] entries younger than keepMs stay readable', async () => {
    const { journal } = await sqlJournal(await empty(), { keepMs: 60_000 })
    await journal.open(room, owner('a'))
    for (let seq = 1; seq <= 3; seq++) await journal.flush([batch(room, 1, seq)])
    await journal.checkpoint(room, { epoch: 1, seq: 3 }, new Uint8Array([1]))
    assert.equal((await journal.read(room, 0, 10))?.length, 3)
    assert.equal((await journal.open(room, owner('a'))).tail.length, 3)
  })

  test('[JO17] a deadlock before the decision is tried again, after it nothing is', async () => {
    const db = await empty()
    let failures = 2
    const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' })
    const settler = {
      name: 'purse',
      prepare: async () => {
        if (failures-- > 0) throw deadlock
        return {
          judge: () => ({ kind: 'settled', value: 1 }) as const,
          release() {},
          writes: () => [],
        }
      },
    }
    const journal = new SqlJournal(db, { settlers: [settler] })
    await journal.open(room, owner('a'))
    const one = batch(room, 1, 1, { pay: [{ id: 'p', amount: 1 }] })
    assert.deepEqual(await journal.flush([one]), ['written'])
    assert.equal(one.decisions, 1)
    const late = new SqlJournal(db, {
      recorders: [{ types: ['happened'], writes: () => [raise('40P01')] }],
    })
    const two = batch(room, 1, 2)
    await assert.rejects(late.flush([two]), { code: '40P01' })
    assert.equal(two.decisions, 1)
  })

  test('[JO20] of two flushes at once with the same id the later one finds what the first has settled', async () => {
    const db = await empty()
    const under = await sqlJournal(db)
    const { journal } = under
    const rooms = ['live_a', 'live_b', 'live_c']
    for (const key of rooms) await journal.open(key, owner('a'))
    const batches = rooms.map((key, index) =>
      batch(key, 1, 1, { pay: [{ id: index < 2 ? 'p1' : 'p2', amount: 5 }] }),
    )
    const results = await Promise.all(batches.map((one) => journal.flush([one])))
    assert.deepEqual(results.flat(), ['written', 'written', 'written'])
    assert.deepEqual(
      batches.map(({ verdicts }) => verdicts[0]?.kind),
      ['settled', 'duplicate', 'settled'],
    )
    assert.deepEqual((await under.settled()).map(({ id }) => id).sort(), ['p1', 'p2'])
  })

  // PGlite has one session: there is no second one to wait.
  if (name === 'postgres')
    test('[JO6] a takeover waits for the commit under way, and the commit counts', async () => {
      const db = await empty()
      const { journal, other } = await sqlJournal(db)
      await journal.open(room, owner('a'))
      let takeover: Promise<{ position: { epoch: number; seq: number } }> | undefined
      const results = await journal.flush([
        batch(room, 1, 1, { onDecide: () => (takeover = other.open(room, owner('b'))) }),
      ])
      assert.deepEqual(results, ['written'])
      assert.deepEqual((await takeover!).position, { epoch: 2, seq: 1 })
    })
})

/** Fails with the code as the server's own errors do. */
function raise(code: string) {
  return statement(`do $$ begin raise exception using errcode = '${code}'; end $$`, [])
}
