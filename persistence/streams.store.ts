/** Tables of streams: keys that may publish, what was on air, what was recorded. */

import { sql, type ColumnType, type Generated } from 'kysely'
import type { Migrations } from './migrate.ts'

/** The key itself is never stored. */
export interface StreamKeyTable {
  id: string
  live: string
  /** SHA-256 of the key. */
  hash: Uint8Array
  created_at: ColumnType<Date, never, never>
  revoked_at: Date | null
}

export type StreamState = 'live' | 'interrupted' | 'ended'

export interface StreamTable {
  id: string
  live: string
  key_id: string
  /** The media node that took it, and its incarnation: only that one may change the row. */
  node: string
  incarnation: string
  /** Where other nodes reach that media node; empty when they need not. */
  address: string
  state: StreamState
  started_at: Date
  interrupted_at: Date | null
  ended_at: Date | null
  /** Why it ended. */
  reason: string | null
  /** Somebody wants it to stop, and why. */
  stop_requested: string | null
  video: ColumnType<Record<string, unknown> | null, string | null, string | null>
  health: ColumnType<Record<string, unknown> | null, string | null, string | null>
  health_at: Date | null
}

export interface RecordingTable {
  id: string
  live: string
  stream: string
  /** Where the media node keeps it, relative to its recordings. */
  path: string
  seconds: number
  bytes: number
  created_at: Generated<Date>
}

declare module './tables.ts' {
  interface Tables {
    stream_key: StreamKeyTable
    stream: StreamTable
    recording: RecordingTable
  }
}

export const streamMigrations: Migrations = {
  '0004-streams': {
    up: async (db) => {
      await sql`create table stream_key (
        id uuid primary key,
        live text not null,
        hash bytea not null unique,
        created_at timestamptz not null default now(),
        revoked_at timestamptz
      )`.execute(db)
      await sql`create unique index stream_key_live on stream_key (live) where revoked_at is null`.execute(
        db,
      )
      await sql`create table stream (
        id text primary key,
        live text not null,
        key_id uuid not null references stream_key,
        node text not null,
        incarnation text not null,
        address text not null default '',
        state text not null check (state in ('live', 'interrupted', 'ended')),
        started_at timestamptz not null,
        interrupted_at timestamptz,
        ended_at timestamptz,
        reason text,
        stop_requested text,
        video jsonb,
        health jsonb,
        health_at timestamptz
      ) with (fillfactor = 70)`.execute(db)
      // One stream on air a live room, whatever two media nodes do at once.
      await sql`create unique index stream_on_air on stream (live) where state <> 'ended'`.execute(
        db,
      )
      await sql`create index stream_node on stream (node) where state <> 'ended'`.execute(db)
      await sql`create table recording (
        id text primary key,
        live text not null,
        stream text not null references stream,
        path text not null,
        seconds double precision not null check (seconds >= 0),
        bytes bigint not null check (bytes >= 0),
        created_at timestamptz not null default now()
      )`.execute(db)
      await sql`create index recording_live on recording (live, created_at desc)`.execute(db)
    },
  },
}
