/** Holds what clients were told against the database: nothing lost, nothing twice. */

import { sql } from 'kysely'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { checkBooks } from '../../persistence/check-books.ts'
import type { Db } from '../../persistence/tables.ts'
import type { SentCommand } from '../swarm/messages.ts'
import { pause } from './cluster-stage.ts'

export interface Truth {
  /** Gifts and danmaku that were answered with ok and are not in the database. */
  readonly lostGifts: number
  readonly lostLines: number
  /** Commands that are in the database more than once. */
  readonly twice: number
  /** Commands that were never answered. */
  readonly unanswered: number
  /** What does not balance, in words. */
  readonly books: readonly string[]
}

const tables = { 'gift.send': 'gift_history', 'danmaku.send': 'danmaku' } as const
/** The archive of danmaku writes every second; what is not there by now is lost, ms. */
const archiveMs = 10_000

/** Of the gifts and the danmaku in `commands`. Waits for the archive of danmaku. */
export async function checkTruth(
  db: Db,
  room: RoomKey,
  commands: readonly SentCommand[],
): Promise<Truth> {
  const gifts = await compare(db, room, commands, 'gift.send')
  const deadline = performance.now() + archiveMs
  let lines = await compare(db, room, commands, 'danmaku.send')
  while (lines.lost && performance.now() < deadline) {
    await pause(200)
    lines = await compare(db, room, commands, 'danmaku.send')
  }
  return {
    lostGifts: gifts.lost,
    lostLines: lines.lost,
    twice: gifts.twice + lines.twice,
    unanswered: commands.filter(({ code }) => code === undefined).length,
    books: await checkBooks(db),
  }
}

async function compare(
  db: Db,
  room: RoomKey,
  commands: readonly SentCommand[],
  name: keyof typeof tables,
): Promise<{ lost: number; twice: number }> {
  const { rows } = await sql<{ id: string; times: string }>`
    select id, count(*) as times from ${sql.table(tables[name])}
    where room = ${room} group by id`.execute(db)
  const stored = new Set(rows.map(({ id }) => id))
  const acked = commands.filter((command) => command.name === name && command.code === 'ok')
  return {
    lost: acked.filter(({ id }) => !stored.has(id)).length,
    twice: rows.filter(({ times }) => Number(times) > 1).length,
  }
}
