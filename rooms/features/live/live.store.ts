/** The history of live sessions: when, how long, what they brought. */

import { sql } from 'kysely'
import type { RecordedEvent, Recorder } from '../../../engine/kernel/journal.ts'
import type { Migrations } from '../../../persistence/migrate.ts'
import type { Db, Write } from '../../../persistence/tables.ts'
import { statement } from '../../../persistence/transact.ts'
import type { EndReason, LiveTotals } from './live.protocol.ts'

/** One row a session. Totals are those of its end; null while it is open. */
export interface LiveSessionTable {
  id: string
  room: string
  /** The stream that it began with. */
  stream: string
  started_at: Date
  ended_at: Date | null
  reason: EndReason | null
  totals: LiveTotals | null
}

declare module '../../../persistence/tables.ts' {
  interface Tables {
    live_session: LiveSessionTable
  }
}

export const liveMigrations: Migrations = {
  '0100-live-session': {
    async up(db) {
      await sql`create table live_session (
        id uuid primary key,
        room text not null,
        stream text not null,
        started_at timestamptz not null,
        ended_at timestamptz,
        reason text,
        totals jsonb
      )`.execute(db)
      await sql`create index live_session_room on live_session (room, started_at desc)`.execute(db)
    },
  },
}

/** Writes sessions as they begin and end, in the transaction of the event. */
export const liveRecorder: Recorder<Write> = {
  types: ['live.started', 'live.ended'],
  // Few, and the end of a session stands behind its start: one statement each, in order.
  writes: (rows) => rows.map((row) => (row.type === 'live.started' ? begin(row) : finish(row))),
}

/** A room's sessions, newest first, that began before `before`. */
export async function liveSessions(
  db: Db,
  room: string,
  { before, limit }: { before?: Date; limit: number },
): Promise<LiveSessionTable[]> {
  return db
    .selectFrom('live_session')
    .selectAll()
    .where('room', '=', room)
    .$if(before !== undefined, (query) => query.where('started_at', '<', before!))
    .orderBy('started_at', 'desc')
    .limit(limit)
    .execute()
}

function begin({ room, data }: RecordedEvent): Write {
  const { session, stream, startedAt } = data
  return statement(beginText, [session, room, stream, new Date(startedAt)])
}

const beginText = `
insert into live_session (id, room, stream, started_at) values ($1, $2, $3, $4)
on conflict (id) do nothing`

function finish({ room, data, at }: RecordedEvent): Write {
  const { session, stream, startedAt, reason, totals } = data
  const end = [new Date(at), reason, JSON.stringify(totals)]
  return statement(finishText, [session, room, stream, new Date(startedAt), ...end])
}

const finishText = `
insert into live_session (id, room, stream, started_at, ended_at, reason, totals)
values ($1, $2, $3, $4, $5, $6, $7::jsonb)
on conflict (id) do update set ended_at = excluded.ended_at, reason = excluded.reason,
  totals = excluded.totals`
