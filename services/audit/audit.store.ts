/** The table of the audit log, which the database itself keeps from being changed. */

import { sql, type ColumnType } from 'kysely'
import type { Migrations } from '../../persistence/migrate.ts'

export interface AuditEventTable {
  id: number
  at: Date
  actor: string
  action: string
  target: string
  reason: string | null
  detail: ColumnType<unknown, string | null, never>
  prev_hash: string
  hash: string
}

declare module '../../persistence/tables.ts' {
  interface Tables {
    audit_event: AuditEventTable
  }
}

export const auditMigrations: Migrations = {
  '0180-audit': {
    async up(db) {
      await sql`create table audit_event (
        id bigserial primary key,
        at timestamptz not null,
        actor text not null,
        action text not null,
        target text not null,
        reason text,
        detail jsonb,
        prev_hash text not null,
        hash text not null unique)`.execute(db)
      await sql`create index audit_event_target on audit_event (target, id desc)`.execute(db)
      await sql`create function audit_event_stays() returns trigger language plpgsql as $$
        begin
          raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
        end $$`.execute(db)
      await sql`create trigger audit_event_rows before update or delete on audit_event
        for each row execute function audit_event_stays()`.execute(db)
      await sql`create trigger audit_event_whole before truncate on audit_event
        for each statement execute function audit_event_stays()`.execute(db)
    },
  },
}
