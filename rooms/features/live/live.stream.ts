/**
 * What the media node reports of streams. Reports come at least once: twice, late or out of order.
 * Three rules make that harmless. What is over stays over. Of two reports on one stream the later
 * happening counts (`at`). A stream takes the place of another only while that one is down, or when it
 * began later.
 */

import type { Context } from '../../../engine/kernel/context.ts'
import { sessionOf, statusAfter, type LiveEmit, type LiveState } from './live.state.ts'

/** How long a lost stream is waited for. The media node counts the same and says so. */
export const graceMs = 30_000

/** The room's own timer, for a media node that died: its report may take this much longer. */
export const graceReportMs = 10_000

/** The longest session; a stream that runs for days shall not make a recording without end. */
export const sessionLimitMs = 24 * 3_600_000

interface Report {
  readonly stream: string
  readonly at?: number
}

/** `applied` is false where the report changed nothing: known, late, or the room is suspended. */
interface Heard {
  readonly applied: boolean
}

/** A stream started, or came back after an interruption. */
export function streamUp(
  state: Readonly<LiveState>,
  report: Report,
  ctx: Context,
  emit: LiveEmit,
): Heard {
  const { stream } = report
  if (isStale(state, report, 'repeated')) return { applied: false }
  const at = report.at === undefined ? {} : { at: report.at }
  const session = sessionOf(state)
  if (!session) return start(state, stream, at, ctx, emit)
  if (state.up && !isNews(state, session.stream, report)) return { applied: false }
  const status = statusAfter(state, { up: true })
  emit('live.resumed', { by: 'stream', stream, ...at, status })
  ctx.unschedule('live.grace')
  return { applied: true }
}

export function streamInterrupted(
  state: Readonly<LiveState>,
  report: Report,
  ctx: Context,
  emit: LiveEmit,
): Heard {
  const session = sessionOf(state)
  if (!state.up || session?.stream !== report.stream || isStale(state, report, 'late')) {
    return { applied: false }
  }
  const at = report.at === undefined ? {} : { at: report.at }
  const status = statusAfter(state, { up: false })
  emit('live.interrupted', { stream: report.stream, until: ctx.now + graceMs, ...at, status })
  ctx.schedule('live.grace', ctx.now + graceMs + graceReportMs, 'live.graceOver', {
    session: session.id,
  })
  return { applied: true }
}

/** `end` closes the session that stands on the stream. */
export function streamEnded(
  state: Readonly<LiveState>,
  { stream }: Report,
  emit: LiveEmit,
  end: () => void,
): Heard {
  if (state.streams.get(stream)?.over) return { applied: false }
  if (sessionOf(state)?.stream === stream) end()
  else emit('live.streamClosed', { stream })
  return { applied: true }
}

function start(
  state: Readonly<LiveState>,
  stream: string,
  at: { at?: number },
  ctx: Context,
  emit: LiveEmit,
): Heard {
  // A room that nobody created or that is taken down does not go on the air.
  if (!state.info || state.suspended) return { applied: false }
  const session = ctx.newId()
  const totals = {
    views: state.present,
    peak: state.present,
    coins: 0,
    gifts: 0,
    danmaku: 0,
    likes: 0,
    newFans: 0,
  }
  emit('live.started', { session, startedAt: ctx.now, stream, ...at, totals, status: 'live' })
  ctx.schedule('live.limit', ctx.now + sessionLimitMs, 'live.limitReached', { session })
  return { applied: true }
}

/** True for a report on a stream that is over, and for one that happened before what is known of it. */
function isStale(
  state: Readonly<LiveState>,
  { stream, at }: Report,
  equal: 'late' | 'repeated',
): boolean {
  const known = state.streams.get(stream)
  if (!known) return false
  if (known.over) return true
  if (at === undefined) return false
  return equal === 'repeated' ? at <= known.at : at < known.at
}

/**
 * True where a stream came up after the last word on the one that is up: another took its place, or it
 * was away and back, and the report of its absence, still to come, is void.
 */
function isNews(state: Readonly<LiveState>, current: string, { at }: Report): boolean {
  if (at === undefined) return false
  return at > (state.streams.get(current)?.at ?? 0)
}
