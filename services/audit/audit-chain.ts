/** What a row of the audit log hashes to, and the walk that finds where the chain breaks. */

import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../../persistence/tables.ts'
import type { AuditVerdict } from './audit.protocol.ts'
import './audit.store.ts'

/** What the first row has in place of a row before it. */
export const noHash = '0'.repeat(64)

/** A row without its hash. `at` is microseconds since 1970, which is what the database keeps. */
export interface ChainRow {
  readonly id: number
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly reason: string | null
  readonly detail: unknown
  readonly prev_hash: string
}

/** SHA-256 of the row in one fixed form, hexadecimal. */
export function hashOf(row: ChainRow): string {
  const { id, at, actor, action, target, reason, detail, prev_hash } = row
  const parts = ['plaza-audit-1', id, at, actor, action, target, reason, sorted(detail), prev_hash]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

const pageSize = 2_000

/**
 * Walks the whole chain, oldest first. `head` is a row noted at an earlier walk: without it nobody can
 * tell that the newest rows were cut off.
 */
export async function verifyAudit(
  db: Db,
  head?: { readonly id: number; readonly hash: string },
): Promise<AuditVerdict> {
  let rows = 0
  let last: { id: number; hash: string } | undefined
  let noted = head === undefined
  for (;;) {
    const page = await readPage(db, last?.id ?? 0)
    for (const { hash, ...row } of page) {
      const why = faultOf(row, hash, last?.hash ?? noHash)
      const other = row.id === head?.id && hash !== head.hash
      if (why || other) return verdict(rows, last, { id: row.id, why: why ?? 'changed' })
      noted ||= row.id === head?.id
      rows += 1
      last = { id: row.id, hash }
    }
    if (page.length < pageSize) break
  }
  return verdict(rows, last, noted ? undefined : { id: head!.id, why: 'missing' })
}

function faultOf(row: ChainRow, hash: string, before: string): 'changed' | 'link' | undefined {
  if (hashOf(row) !== hash) return 'changed'
  return row.prev_hash === before ? undefined : 'link'
}

function verdict(
  rows: number,
  head: AuditVerdict['head'],
  broken: AuditVerdict['broken'],
): AuditVerdict {
  return { ok: !broken, rows, ...(head && { head }), ...(broken && { broken }) }
}

async function readPage(db: Db, after: number): Promise<(ChainRow & { hash: string })[]> {
  const { rows } = await sql<ChainRow & { hash: string }>`
    select id, (extract(epoch from at) * 1000000)::bigint as at, actor, action, target, reason,
      detail, prev_hash, hash
    from audit_event where id > ${after} order by id limit ${pageSize}`.execute(db)
  return rows
}

/** The same value with the members of its objects in one order, as JSON in SQL keeps none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return members.map(([name, member]) => [name, sorted(member)])
}
