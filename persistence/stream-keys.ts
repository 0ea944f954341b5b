/** Keys with which a streamer publishes: shown once, kept as a hash. */

import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { uuidv7 } from 'uuidv7'
import './streams.store.ts'
import type { Db } from './tables.ts'

const keyPattern = /^[A-Za-z0-9_-]{32}$/

/**
 * A new key for a live room, 192 bits of randomness, safe in URLs. Keys before it are revoked, and a
 * stream that runs on one of them is asked to stop.
 */
export async function issueKey(db: Db, live: string): Promise<string> {
  const key = randomBytes(24).toString('base64url')
  await db.transaction().execute(async (tx) => {
    // Two rotations at once: the later one wins.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`stream_key ${live}`}, 0))`.execute(
      tx,
    )
    await sql`update stream_key set revoked_at = now() where live = ${live} and revoked_at is null`.execute(
      tx,
    )
    await sql`update stream set stop_requested = 'key.rotated'
      where live = ${live} and state <> 'ended' and stop_requested is null`.execute(tx)
    await sql`insert into stream_key (id, live, hash) values (${uuidv7()}, ${live}, ${hashOf(key)})`.execute(
      tx,
    )
  })
  return key
}

/** What a key is for; undefined for one that is unknown, malformed or revoked. */
export async function verifyKey(
  db: Db,
  key: string,
): Promise<{ live: string; keyId: string } | undefined> {
  if (!keyPattern.test(key)) return undefined
  const row = await db
    .selectFrom('stream_key')
    .select(['id', 'live'])
    .where('hash', '=', hashOf(key))
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return row && { live: row.live, keyId: row.id }
}

/** Whether the live room has a key that works. */
export async function hasKey(db: Db, live: string): Promise<boolean> {
  const row = await db
    .selectFrom('stream_key')
    .select('id')
    .where('live', '=', live)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

function hashOf(key: string): Uint8Array {
  return createHash('sha256').update(key).digest()
}
