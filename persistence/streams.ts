/** Streams and recordings as the platform sees them. */

import { sql } from 'kysely'
import type { StreamState } from './streams.store.ts'
import type { Db } from './tables.ts'

export { hasKey, issueKey, verifyKey } from './stream-keys.ts'
export { endAbandoned, streamSilenceMs } from './abandoned-streams.ts'
export { NodeStreams, type MediaNode, type StreamWrite } from './node-streams.ts'

export interface OnAir {
  readonly stream: string
  readonly live: string
  readonly node: string
  readonly address: string
  readonly state: StreamState
  readonly startedAt: Date
  readonly video: Record<string, unknown> | null
  readonly health: Record<string, unknown> | null
  readonly healthAt: Date | null
}

export interface Recording {
  readonly id: string
  readonly live: string
  readonly stream: string
  readonly path: string
  readonly seconds: number
  readonly bytes: number
  readonly createdAt: Date
}

/** What a live room has on air, also while it is interrupted. */
export async function streamOf(db: Db, live: string): Promise<OnAir | undefined> {
  const { rows } = await sql<OnAir>`
    select id as stream, live, node, address, state, started_at as "startedAt", video, health,
      health_at as "healthAt"
    from stream where live = ${live} and state <> 'ended'`.execute(db)
  return rows[0]
}

/** Asks the media node to stop; it looks every second. False: nothing is on air. */
export async function requestStop(db: Db, live: string, reason: string): Promise<boolean> {
  const { rows } = await sql`
    update stream set stop_requested = ${reason} where live = ${live} and state <> 'ended'
    returning 1`.execute(db)
  return rows.length > 0
}

/** Newest first. */
export async function recordingsOf(db: Db, live: string, limit = 50): Promise<Recording[]> {
  const rows = await db
    .selectFrom('recording')
    .selectAll()
    .where('live', '=', live)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(recordingOf)
}

export async function recording(db: Db, id: string): Promise<Recording | undefined> {
  const row = await db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirst()
  return row && recordingOf(row)
}

function recordingOf({
  created_at,
  ...row
}: Omit<Recording, 'createdAt'> & { created_at: Date }): Recording {
  return { ...row, createdAt: created_at }
}
