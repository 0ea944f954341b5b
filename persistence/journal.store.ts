/** Tables of rooms: who owns them, where they are, what happened in them. */

import { sql, type ColumnType } from 'kysely'
import type { Migrations } from './migrate.ts'

export interface NodeTable {
  id: string
  incarnation: string
  lease_until: Date
}

/** One row a room: the fence. Kept narrow, because every flush rewrites it. */
export interface ActorTable {
  room_id: string
  epoch: number
  owner_node: string | null
  owner_incarnation: string | null
  last_seq: number
  snapshot_seq: number | null
  /** When the room's earliest timer is due. */
  wake_at: Date | null
}

export interface SnapshotTable {
  room_id: string
  seq: number
  state: Uint8Array
}

/** One row a room and flush. Without events `last_seq` is `first_seq - 1`. */
export interface JournalTable {
  id: ColumnType<number, never, never>
  room_id: string
  epoch: number
  first_seq: number
  last_seq: number
  at: ColumnType<Date, never, never>
  payload: Uint8Array
}

declare module './tables.ts' {
  interface Tables {
    node: NodeTable
    actor: ActorTable
    snapshot: SnapshotTable
    journal: JournalTable
  }
}

export const journalMigrations: Migrations = {
  '0001-journal': {
    up: async (db) => {
      await sql`create table node (
        id text primary key,
        incarnation text not null,
        lease_until timestamptz not null
      ) with (fillfactor = 50)`.execute(db)
      await sql`create table actor (
        room_id text primary key,
        epoch bigint not null,
        owner_node text,
        owner_incarnation text,
        last_seq bigint not null,
        snapshot_seq bigint,
        wake_at timestamptz
      ) with (fillfactor = 50)`.execute(db)
      await sql`create index actor_wake_at on actor (wake_at) where wake_at is not null`.execute(db)
      await sql`create table snapshot (
        room_id text primary key,
        seq bigint not null,
        state bytea not null
      ) with (fillfactor = 50)`.execute(db)
      await sql`create table journal (
        room_id text not null,
        id bigint generated always as identity,
        epoch bigint not null,
        first_seq bigint not null,
        last_seq bigint not null,
        at timestamptz not null default clock_timestamp(),
        payload bytea not null,
        primary key (room_id, id)
      )`.execute(db)
      // Both are compressed before they come here.
      await sql`alter table snapshot alter column state set storage external`.execute(db)
      await sql`alter table journal alter column payload set storage external`.execute(db)
    },
  },
}
