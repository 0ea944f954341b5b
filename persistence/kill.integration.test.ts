import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { checkBooks } from './check-books.ts'
import { openDatabase } from './database.ts'
import { SqlJournal } from './sql-journal.ts'
import { kill, spawnUntil } from './testing/child-processes.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'plaza-kill-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))

test('[JO18] [P2] [P7] after kill -9 in a burst of gifts everything acknowledged is there, once, and the books balance', async (t) => {
  const acknowledged = new Set<string>()
  let epoch = 0
  for (let round = 1; round <= 4; round++) {
    const { child, output } = await spawnUntil('child-gifts.ts', [dataDir], 'ready')
    const enough = randomInt(1, 1_500)
    while (output().length / 37 < enough) await new Promise((resolve) => setImmediate(resolve))
    await kill(child)
    // The last line may be cut off by the kill: then it was not acknowledged to anybody.
    const ids = output().slice(0, output().lastIndexOf('\n')).split('\n').slice(1)
    for (const id of ids) acknowledged.add(id)
    assert.ok(ids.length >= enough - 1)

    const database = await openDatabase({ dataDir })
    const { rows } = await sql<{ id: string }>`select id from transfer where kind = 'gift'`.execute(
      database.db,
    )
    const kept = new Set(rows.map(({ id }) => id))
    assert.equal(kept.size, rows.length)
    const lost = [...acknowledged].filter((id) => !kept.has(id))
    assert.deepEqual(lost, [])
    assert.deepEqual(await checkBooks(database.db), [])
    const opened = await new SqlJournal(database.db).open('live_0', {
      node: 'test',
      incarnation: 'check',
    })
    const logged = opened.tail.flatMap(({ events }) => events.map(({ data }) => data.id))
    const paid = await sql<{
      id: string
    }>`select id from transfer where room_id = 'live_0'`.execute(database.db)
    assert.deepEqual(logged.toSorted(), paid.rows.map(({ id }) => id).toSorted())
    assert.ok(opened.position.epoch > epoch)
    epoch = opened.position.epoch
    await database.close()
    t.diagnostic(`round ${round}: ${ids.length} acknowledged, ${kept.size} in the books`)
  }
})
