/** Queries that explain a statement, and the catalogue. */

import type { Db } from '../../persistence/tables.ts'
import type { GiftSku } from './wallet.protocol.ts'

/** What is sold, in the catalogue's order. */
export async function listGifts(db: Db): Promise<GiftSku[]> {
  const rows = await db
    .selectFrom('gift_sku')
    .where('active', '=', true)
    .orderBy('position')
    .selectAll()
    .execute()
  return rows.map(({ id, price, tier, name_zh, name_en }) => ({
    id,
    price,
    tier: tier as GiftSku['tier'],
    name: { zh: name_zh, en: name_en },
  }))
}

/** Names of gifts, sold or not, by id. */
export async function giftNames(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { zh: string; en: string }>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('gift_sku')
    .where('id', 'in', ids)
    .select(['id', 'name_zh', 'name_en'])
    .execute()
  return new Map(rows.map((row) => [row.id, { zh: row.name_zh, en: row.name_en }]))
}

/** Display names of users, by id. */
export async function displayNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('profile')
    .where('user_id', 'in', ids)
    .select(['user_id', 'display_name'])
    .execute()
  return new Map(rows.map((row) => [row.user_id, row.display_name]))
}

/** Titles of live rooms, by room key. */
export async function roomTitles(db: Db, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const rows = await db
    .selectFrom('live_room')
    .where(
      'id',
      'in',
      keys.map((key) => key.replace(/^live_/, '')),
    )
    .select(['id', 'title'])
    .execute()
  return new Map(rows.map((row) => [`live_${row.id}`, row.title]))
}
