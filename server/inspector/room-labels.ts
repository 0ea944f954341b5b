/** What people call rooms: the titles of live rooms and their hosts. */

import { sql } from 'kysely'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { texts } from '../../persistence/arrays.ts'
import type { Db } from '../../persistence/tables.ts'

export interface RoomLabel {
  readonly title: string
  readonly host: string
}

/** Rooms that one search may bring. */
const mostFound = 1_000

export class RoomLabels {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async of(keys: readonly RoomKey[]): Promise<ReadonlyMap<RoomKey, RoomLabel>> {
    const ids = keys.filter((key) => key.startsWith('live_')).map((key) => key.slice(5))
    if (!ids.length) return new Map()
    const { rows } = await sql<RoomLabel & { id: string }>`
      select r.id, r.title, p.display_name as host
      from live_room r join profile p on p.user_id = r.owner_id
      where r.id = any(${texts(ids)}::text[])`.execute(this.#db)
    return new Map(rows.map(({ id, title, host }) => [`live_${id}`, { title, host }]))
  }

  /** Keys of rooms whose title or host contains the text. */
  async matching(text: string): Promise<readonly RoomKey[]> {
    const pattern = `%${text.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%`
    const { rows } = await sql<{ id: string }>`
      select r.id from live_room r join profile p on p.user_id = r.owner_id
      where r.title ilike ${pattern} or p.display_name ilike ${pattern}
      order by r.viewers desc limit ${mostFound}`.execute(this.#db)
    return rows.map(({ id }) => `live_${id}`)
  }
}
