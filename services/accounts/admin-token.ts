/** The one-time token that makes the first admin. */

import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Db, Tx } from '../../persistence/tables.ts'
import { hasAdmin } from './accounts.store.ts'

const lifeMs = 24 * 3600_000
/** Advisory lock: of two first admins at once, one. */
const lockNumber = 7_252_925_102

/** A new token for the first admin, good for 24 hours; undefined once there is an admin. */
export async function issueAdminToken(db: Db, now: number): Promise<string | undefined> {
  if (await hasAdmin(db)) return undefined
  const token = randomBytes(24).toString('base64url')
  await db.deleteFrom('admin_token').where('expires_at', '<=', new Date(now)).execute()
  await db
    .insertInto('admin_token')
    .values({ hash: hashOf(token), expires_at: new Date(now + lifeMs) })
    .execute()
  return token
}

/** Whether the token is good at `now`; it stays good until `spendAdminToken`. */
export async function isAdminToken(db: Db | Tx, token: string, now: number): Promise<boolean> {
  const row = await db
    .selectFrom('admin_token')
    .where('hash', '=', hashOf(token))
    .where('expires_at', '>', new Date(now))
    .select('hash')
    .executeTakeFirst()
  return row !== undefined && !(await hasAdmin(db))
}

/** Takes the token, and every other one with it. False when it is not good or there is an admin by now. */
export async function spendAdminToken(tx: Tx, token: string, now: number): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(tx)
  if (!(await isAdminToken(tx, token, now))) return false
  await tx.deleteFrom('admin_token').execute()
  return true
}

/** The refusal of a token that is not good. */
export function wrongAdminToken(): RoomError {
  return new RoomError(
    'admin_token.wrong',
    'This link was used or is out of date; the server prints a new one when it starts without an admin.',
  )
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
