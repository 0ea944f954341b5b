/** The audit log: who did what to whom, why, in a chain that shows when somebody meddles with it. */

import { sql } from 'kysely'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Db, Tx } from '../../persistence/tables.ts'
import '../profiles/profiles.store.ts'
import { decodeCursor, encodeCursor } from '../schemas.ts'
import { hashOf, noHash, verifyAudit } from './audit-chain.ts'
import type { AuditEvent, AuditPage, AuditVerdict } from './audit.protocol.ts'

/** Advisory lock number of the chain's end; any fixed number that nobody else uses. */
const lockNumber = 7_252_925_180

export interface AuditEntry {
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly reason?: string | undefined
  /** JSON; ids and figures, no names or texts of users. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

export interface AuditQuery {
  readonly actor?: string | undefined
  readonly target?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

export class AuditLog {
  readonly #db: Db
  readonly #now: () => number
  #verifying: Promise<AuditVerdict> | undefined

  constructor(db: Db, now: () => number = Date.now) {
    this.#db = db
    this.#now = now
  }

  /**
   * Appends one row, in the caller's transaction where there is one; then nobody else appends until
   * that one ends. Rejects where it cannot be written: what is to be audited must then not happen.
   */
  append(entry: AuditEntry, tx?: Tx): Promise<void> {
    if (tx) return this.#append(entry, tx)
    return this.#db.transaction().execute((own) => this.#append(entry, own))
  }

  /** Newest first. Throws `invalid` for a cursor of another list. */
  async list({ actor, target, cursor, limit }: AuditQuery): Promise<AuditPage> {
    const before = cursor === undefined ? undefined : readCursor(cursor)
    let query = this.#db
      .selectFrom('audit_event as a')
      .leftJoin('profile as p', 'p.user_id', 'a.actor')
      .select(['a.id', 'a.at', 'a.actor', 'a.action', 'a.target', 'a.reason', 'a.detail', 'a.hash'])
      .select('p.display_name as name')
    if (before !== undefined) query = query.where('a.id', '<', before)
    if (actor !== undefined) query = query.where('a.actor', '=', actor)
    if (target !== undefined) query = query.where('a.target', '=', target)
    const rows = await query
      .orderBy('a.id', 'desc')
      .limit(limit + 1)
      .execute()
    const items = rows
      .slice(0, limit)
      .map(({ id, at, name, reason, detail, ...rest }): AuditEvent => ({
        id,
        at: at.toISOString(),
        ...rest,
        ...(name === null ? {} : { actorName: name }),
        ...(reason === null ? {} : { reason }),
        ...(detail === null ? {} : { detail }),
      }))
    const last = items.at(-1)
    return rows.length > limit && last ? { items, next: encodeCursor([last.id]) } : { items }
  }

  /** Walks the whole chain; those who ask meanwhile share the walk. */
  verify(): Promise<AuditVerdict> {
    return (this.#verifying ??= verifyAudit(this.#db).finally(() => {
      this.#verifying = undefined
    }))
  }

  async #append(entry: AuditEntry, tx: Tx): Promise<void> {
    await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(tx)
    const { rows } = await sql<{ id: number; prev_hash: string | null }>`
      select nextval(pg_get_serial_sequence('audit_event', 'id')) as id,
        (select hash from audit_event order by id desc limit 1) as prev_hash`.execute(tx)
    const { id, prev_hash } = rows[0]!
    const at = this.#now()
    const row = {
      id,
      actor: storable(entry.actor),
      action: entry.action,
      target: storable(entry.target),
      reason: entry.reason === undefined ? null : storable(entry.reason),
      detail: entry.detail === undefined ? null : (storable(entry.detail) as unknown),
      prev_hash: prev_hash ?? noHash,
    }
    await tx
      .insertInto('audit_event')
      .values({
        ...row,
        at: new Date(at),
        detail: row.detail === null ? null : JSON.stringify(row.detail),
        hash: hashOf({ ...row, at: at * 1_000 }),
      })
      .execute()
  }
}

/** Without what SQL text cannot hold: NUL and halves of surrogate pairs. */
function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, member: unknown) =>
    typeof member === 'string' ? member.replaceAll('\0', '').toWellFormed() : member,
  ) as T
}

function readCursor(text: string): number {
  const [id] = decodeCursor(text, 1) ?? []
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id
  throw new RoomError('invalid', 'The cursor is not one of this list; start from the first page.', {
    retry: 'fix',
  })
}
