/** Streams whose media node is dead. */

import { sql } from 'kysely'
import { put } from './outbox.store.ts'
import './streams.store.ts'
import type { Db } from './tables.ts'

/** A stream that says nothing for so long (ms) is abandoned: its node is dead. */
export const streamSilenceMs = 60_000

/**
 * Ends streams whose media node has said nothing for `silenceMs`, and tells the rooms; all of them, or
 * those of one live room. Returns how many. Safe to call from anywhere, also at the same time.
 */
export function endAbandoned(db: Db, silenceMs: number, live?: string): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string; live: string; at: Date }>`
      update stream set state = 'ended', ended_at = now(), reason = 'node.lost'
      where state <> 'ended' and (${live ?? null}::text is null or live = ${live ?? null})
        and greatest(health_at, started_at, interrupted_at)
          < now() - ${silenceMs}::float8 * interval '1 millisecond'
      returning id, live, now() as at`.execute(tx)
    const messages = rows.map(({ id, live, at }) => ({
      topic: 'stream.ended',
      key: live,
      payload: { live, stream: id, at: at.getTime(), reason: 'node.lost' },
    }))
    await put(tx, messages)
    return rows.length
  })
}
