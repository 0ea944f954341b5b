/** A process that sends gifts without end and says of each that was acknowledged, until it is killed. */

import { writeSync } from 'node:fs'
import { sql } from 'kysely'
import { uuidv7 } from 'uuidv7'
import { openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { persistenceMigrations } from '../migrations.ts'
import { GiftWorld } from './gift-world.ts'

const database = await openDatabase({ dataDir: process.argv[2]! })
await migrate(database.db, [persistenceMigrations])
const world = new GiftWorld(database.db, { dailyLimit: Number.MAX_SAFE_INTEGER })
await sql`delete from node`.execute(database.db)
for (const user of ['u_1', 'u_2', 'u_3']) await world.topUp(user, 1_000_000)
writeSync(1, 'ready\n')
for (;;) {
  const sends = Array.from({ length: 40 }, (_, index) => ({
    id: uuidv7(),
    user: `u_${1 + (index % 3)}`,
    room: `live_${index % 4}`,
    gift: 'drum',
    count: 1 + (index % 5),
  }))
  const outcomes = await world.flush(sends)
  const done = outcomes.filter(
    ({ verdict, result }) => verdict.kind === 'settled' && result === 'written',
  )
  writeSync(1, done.map(({ send }) => `${send.id}\n`).join(''))
}
