/** The directory of live rooms: a projection of what the rooms say. */

import { sql } from 'kysely'
import { integers, texts } from '../../persistence/arrays.ts'
import type { Migrations } from '../../persistence/migrate.ts'
import type { Db } from '../../persistence/tables.ts'
import type { ChannelStatus, LiveInput } from './channels.protocol.ts'

export interface LiveRoomTable {
  id: string
  owner_id: string
  title: string
  category: string
  cover: string | null
  status: ChannelStatus
  viewers: number
  started_at: Date | null
  /** Number of the room's event that was projected last. */
  seq: number
  /** False until the room itself has been created. */
  opened: boolean
  created_at: Date
}

declare module '../../persistence/tables.ts' {
  interface Tables {
    live_room: LiveRoomTable
  }
}

export const channelMigrations: Migrations = {
  '0130-channels': {
    async up(db) {
      await sql`create table live_room (
        id text primary key,
        owner_id text not null unique references users (id),
        title text not null,
        category text not null,
        cover text,
        status text not null default 'idle',
        viewers integer not null default 0 check (viewers >= 0),
        started_at timestamptz,
        seq bigint not null default 0,
        opened boolean not null default false,
        created_at timestamptz not null)`.execute(db)
      await sql`create index live_room_hot on live_room (viewers desc, id desc)
        where status in ('live', 'interrupted', 'paused')`.execute(db)
    },
  },
}

export type LiveRow = LiveRoomTable & { host_name: string; host_avatar: string | null }

const onAir = sql<boolean>`r.status in ('live', 'interrupted', 'paused')`

/** The room by its id or by its owner's. */
export async function findLive(
  db: Db,
  by: { id: string } | { owner: string },
): Promise<LiveRow | undefined> {
  const query = cards(db)
  return 'id' in by
    ? query.where('r.id', '=', by.id).executeTakeFirst()
    : query.where('r.owner_id', '=', by.owner).executeTakeFirst()
}

export interface LiveFilter {
  readonly category?: string | undefined
  /** Finds titles and hosts, also rooms that are not on air. */
  readonly text?: string | undefined
  /** On air (1 or 0), viewers and id of the last row of the page before. */
  readonly after?: readonly [number, number, string] | undefined
  readonly limit: number
}

/** The hottest first; those on air before the others. */
export async function listLive(db: Db, filter: LiveFilter): Promise<LiveRow[]> {
  const { category, text, after, limit } = filter
  const rank = sql<number>`(${onAir})::int`
  let query = cards(db).where('r.opened', '=', true).where('r.status', '<>', 'suspended')
  if (category !== undefined) query = query.where('r.category', '=', category)
  if (text === undefined) query = query.where(onAir)
  else {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((e) =>
      e.or([e('r.title', 'ilike', pattern), e('p.display_name', 'ilike', pattern)]),
    )
  }
  if (after !== undefined)
    query = query.where(
      sql<boolean>`(${rank}, r.viewers, r.id) < (${after[0]}::int, ${after[1]}::int, ${after[2]}::text)`,
    )
  const ordered = text === undefined ? query : query.orderBy(rank, 'desc')
  return ordered.orderBy('r.viewers', 'desc').orderBy('r.id', 'desc').limit(limit).execute()
}

/** False when the owner has a room already. */
export async function insertLive(
  db: Db,
  row: { id: string; owner: string; input: LiveInput; at: Date },
): Promise<boolean> {
  const { title, category, cover } = row.input
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('live_room')
    .values({
      id: row.id,
      owner_id: row.owner,
      title,
      category,
      cover: cover ?? null,
      status: 'idle',
      viewers: 0,
      started_at: null,
      seq: 0,
      opened: false,
      created_at: row.at,
    })
    .onConflict((c) => c.column('owner_id').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** Changes the row; with `seq`, only when nothing as late was projected before. */
export async function updateLive(
  db: Db,
  id: string,
  patch: Partial<Omit<LiveRoomTable, 'id' | 'owner_id'>>,
): Promise<void> {
  let query = db.updateTable('live_room').set(patch).where('id', '=', id)
  if (patch.seq !== undefined) query = query.where('seq', '<', patch.seq)
  await query.execute()
}

/** Sets the viewer counts of rooms, by id. */
export async function setViewers(db: Db, counts: ReadonlyMap<string, number>): Promise<void> {
  if (counts.size === 0) return
  await sql`update live_room r set viewers = c.viewers
    from unnest(${texts([...counts.keys()])}::text[], ${integers([...counts.values()])}::int[])
      as c(id, viewers)
    where r.id = c.id and r.viewers <> c.viewers`.execute(db)
}

/** Replays with the time at which their stream began, newest first; of one room or a single one. */
export async function listReplays(db: Db, by: { live: string } | { id: string }) {
  const query = db
    .selectFrom('recording as c')
    .innerJoin('stream as s', 's.id', 'c.stream')
    .innerJoin('live_room as r', 'r.id', 'c.live')
    .where('r.status', '<>', 'suspended')
    .select(['c.id', 'c.live', 'c.seconds', 's.started_at', 'r.title'])
    .orderBy('c.created_at', 'desc')
    .limit(100)
  return 'live' in by
    ? query.where('c.live', '=', by.live).execute()
    : query.where('c.id', '=', by.id).execute()
}

function cards(db: Db) {
  return db
    .selectFrom('live_room as r')
    .innerJoin('profile as p', 'p.user_id', 'r.owner_id')
    .selectAll('r')
    .select(['p.display_name as host_name', 'p.avatar as host_avatar'])
}
