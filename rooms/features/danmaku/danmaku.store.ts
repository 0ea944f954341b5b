/** Danmaku kept for replays. */

import { sql } from 'kysely'
import type { Migrations } from '../../../persistence/migrate.ts'
import type { Db } from '../../../persistence/tables.ts'
import type { Danmaku, DanmakuMode } from './danmaku.protocol.ts'

export interface DanmakuTable {
  id: string
  room: string
  at: Date
  /** The session it was said in, and how long after its start, ms. Null outside of one. */
  session: string | null
  offset_ms: number | null
  user_id: string
  user_name: string
  role: 'host' | 'moderator' | null
  text: string
  color: string
  mode: DanmakuMode
}

declare module '../../../persistence/tables.ts' {
  interface Tables {
    danmaku: DanmakuTable
  }
}

export const danmakuMigrations: Migrations = {
  '0102-danmaku': {
    async up(db) {
      await sql`create table danmaku (
        id uuid primary key,
        room text not null,
        at timestamptz not null,
        session uuid,
        offset_ms integer,
        user_id text not null,
        user_name text not null,
        role text,
        text text not null,
        color text not null,
        mode text not null
      )`.execute(db)
      await sql`create index danmaku_room_at on danmaku (room, at, id)`.execute(db)
    },
  },
}

export type SaidLine = Danmaku & { readonly room: string }

/**
 * Keeps the lines, each once, with the session that the room was in. Reads `live_session`, which is
 * written before a session's first line. Throws what the database says.
 */
export async function keepLines(db: Db, lines: readonly SaidLine[]): Promise<void> {
  await sql`insert into danmaku (id, room, at, session, offset_ms, user_id, user_name, role, text,
      color, mode)
    select l.id, l.room, l.at, s.id,
      (extract(epoch from least(l.at, s.started_at + interval '24 days') - s.started_at) * 1000)::integer,
      l.user_id, l.user_name, l.role, l.text, l.color, l.mode
    from unnest(
      ${lines.map(({ id }) => id)}::uuid[],
      ${lines.map(({ room }) => room)}::text[],
      ${lines.map(({ at }) => new Date(at))}::timestamptz[],
      ${lines.map(({ user }) => user.id)}::text[],
      ${lines.map(({ user }) => user.name)}::text[],
      ${lines.map(({ user }) => user.role ?? null)}::text[],
      ${lines.map(({ text }) => text)}::text[],
      ${lines.map(({ color }) => color)}::text[],
      ${lines.map(({ mode }) => mode)}::text[]
    ) as l (id, room, at, user_id, user_name, role, text, color, mode)
    left join lateral (
      select id, started_at from live_session
      where room = l.room and started_at <= l.at and (ended_at is null or ended_at >= l.at)
      order by started_at desc limit 1
    ) s on true
    on conflict (id) do nothing`.execute(db)
}

export interface LineWindow {
  /** From here on, until before `to`. */
  readonly from: Date
  readonly to: Date
  /** The last line that is already known: the page goes on behind it. */
  readonly after?: { readonly at: Date; readonly id: string }
  readonly limit: number
}

/** Lines of a room in a stretch of time, in order: what a replay shows over its picture. */
export async function linesBetween(
  db: Db,
  room: string,
  { from, to, after, limit }: LineWindow,
): Promise<DanmakuTable[]> {
  return db
    .selectFrom('danmaku')
    .selectAll()
    .where('room', '=', room)
    .where('at', '>=', from)
    .where('at', '<', to)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(at, id) > (${after!.at}, ${after!.id}::uuid)`),
    )
    .orderBy('at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Forgets lines said before `before`; returns how many. */
export async function dropLinesBefore(db: Db, before: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('danmaku')
    .where('at', '<', before)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
