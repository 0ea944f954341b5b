/** Rows of the directory as the API tells them. */

import type { OnAir } from '../../persistence/streams.ts'
import type { IncomingStream, LiveCard, Replay } from './channels.protocol.ts'
import type { LiveRow } from './channels.store.ts'

export function cardOf(row: LiveRow): LiveCard {
  return {
    id: row.id,
    room: `live_${row.id}`,
    title: row.title,
    category: row.category,
    ...(row.cover === null ? {} : { cover: row.cover }),
    host: { id: row.owner_id, displayName: row.host_name, ...avatarOf(row) },
    status: row.status,
    viewers: row.viewers,
    ...(row.started_at && isOnAir(row) ? { startedAt: row.started_at.toISOString() } : {}),
  }
}

export function avatarOf(row: LiveRow): { avatar?: string } {
  return row.host_avatar === null ? {} : { avatar: row.host_avatar }
}

/** True where viewers find the host. */
export function isOnAir({ status }: { status: LiveRow['status'] }): boolean {
  return status === 'live' || status === 'interrupted' || status === 'paused'
}

/** What the media node measured of the stream on air. */
export function incoming({ state, startedAt, video, health, healthAt }: OnAir): IncomingStream {
  const { bitrate, fps, keyframeSeconds, video: seen } = (health ?? {}) as Record<string, unknown>
  const { width, height, codec } = (seen ?? video ?? {}) as Record<string, unknown>
  const figures = Object.entries({ bitrate, fps, keyframeSeconds, width, height })
  return {
    state: state === 'live' ? 'live' : 'interrupted',
    startedAt: startedAt.toISOString(),
    ...(healthAt && {
      health: {
        at: healthAt.toISOString(),
        ...Object.fromEntries(figures.filter(([, v]) => Number.isFinite(v))),
        ...(typeof codec === 'string' ? { codec } : {}),
      },
    }),
  }
}

export function replayOf(row: {
  id: string
  live: string
  title: string
  seconds: number
  started_at: Date
}): Replay {
  const { id, live, title, seconds, started_at } = row
  return { id, live, title, seconds, startedAt: started_at.toISOString() }
}
