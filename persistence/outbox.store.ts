/** What services outside a room are to hear of, in the transaction in which it happened. */

import { sql, type ColumnType, type Generated } from 'kysely'
import { uuidv7 } from 'uuidv7'
import { texts } from './arrays.ts'
import type { Migrations } from './migrate.ts'
import type { Tx, Write } from './tables.ts'
import { query, statement } from './transact.ts'

export interface OutboxTable {
  seq: ColumnType<number, never, never>
  id: string
  topic: string
  key: string
  payload: ColumnType<any, string, never>
  created_at: ColumnType<Date, never, never>
  /** Not before this time: after a failure, or while somebody is at it. */
  due_at: Generated<Date>
  attempts: Generated<number>
  /** Given up; `error` says why. It no longer holds up its key. */
  parked: Generated<boolean>
  error: string | null
}

declare module './tables.ts' {
  interface Tables {
    outbox: OutboxTable
  }
}

export interface OutboxMessage {
  /** `area.happened`, e.g. `stream.started`. */
  readonly topic: string
  /** Messages of one key are handled in the order in which they were put. */
  readonly key: string
  /** Plain data. */
  readonly payload: unknown
}

/** NOTIFY channel that wakes consumers. */
export const outboxChannel = 'plaza_outbox'

/** Adds messages; they are handled after the transaction has committed, at least once each. */
export async function put(tx: Tx, messages: readonly OutboxMessage[]): Promise<void> {
  for (const { text, values } of putting(messages)) await query(tx, text, values)
}

/** The same, to be written later. */
export function putting(messages: readonly OutboxMessage[]): Write[] {
  if (!messages.length) return []
  const values = [
    texts(messages.map(() => uuidv7())),
    texts(messages.map(({ topic }) => topic)),
    texts(messages.map(({ key }) => key)),
    texts(messages.map(({ payload }) => JSON.stringify(payload))),
  ]
  return [statement(insert, values)]
}

// Rooms take the id as a command's, and refuse one of a clock that is wrong: so its time is the database's.
const time = `lpad(to_hex(floor(1000 * extract(epoch from clock_timestamp()))::bigint), 12, '0')`

const insert = `
with added as (
  insert into outbox (id, topic, key, payload)
  select (${time} || substr(replace(id, '-', ''), 13))::uuid, topic, key, payload::jsonb
  from unnest($1::text[], $2::text[], $3::text[], $4::text[])
    with ordinality as m(id, topic, key, payload, n)
  order by n
)
select pg_notify('${outboxChannel}', '')`

export const outboxMigrations: Migrations = {
  '0003-outbox': {
    up: async (db) => {
      await sql`create table outbox (
        seq bigint generated always as identity primary key,
        id uuid not null unique,
        topic text not null,
        key text not null,
        payload jsonb not null,
        created_at timestamptz not null default clock_timestamp(),
        due_at timestamptz not null default clock_timestamp(),
        attempts int not null default 0,
        parked boolean not null default false,
        error text
      )`.execute(db)
      await sql`create index outbox_key on outbox (key, seq) where not parked`.execute(db)
      await sql`create index outbox_due on outbox (due_at) where not parked`.execute(db)
    },
  },
}
