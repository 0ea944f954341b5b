/** The live session of a room: on the air or not, since when, and what it brought. */

import type { Context } from '../../../engine/kernel/context.ts'
import { defineFeature } from '../../../engine/kernel/feature.ts'
import { RoomError } from '../../../engine/kernel/room-error.ts'
import { cleanLine } from '../../text/clean-line.ts'
import { addCount } from '../common.protocol.ts'
import {
  liveCommands,
  liveEvents,
  noTotals,
  titleMax,
  type EndReason,
  type LiveInfo,
  type LiveView,
} from './live.protocol.ts'
import {
  newLive,
  noteStream,
  sessionOf,
  statusAfter,
  statusOf,
  type LiveEmit,
  type LiveState,
} from './live.state.ts'
import { streamEnded, streamInterrupted, streamUp } from './live.stream.ts'

/**
 * What is known are facts (is a session open, is the stream up, did the host pause, is the room
 * suspended); the status follows from them, and each event carries the status after it. Reports of the
 * media node may come twice, late or in another order: see live.stream.ts.
 */
export const live = defineFeature({
  name: 'live',
  commands: liveCommands,
  events: liveEvents,
  initial: newLive,
  decide: {
    'live.create': (state, input, _ctx, emit) => {
      if (state.info && state.info.host.id !== input.host.id) {
        throw new RoomError('live.exists', 'This room belongs to somebody else; make another one.')
      }
      if (!state.info) emit('live.created', cleaned(input))
      return { created: !state.info }
    },
    'live.setup': (state, input, _ctx, emit) => {
      const { title, category, cover, host } = infoOf(state)
      const changed = cleaned({
        title: input.title ?? title,
        category: input.category ?? category,
        cover: input.cover ?? cover,
        host,
      })
      emit('live.changed', changed)
      return changed
    },
    'live.pause': (state, _input, _ctx, emit) => {
      openSession(state)
      const status = statusAfter(state, { paused: true })
      if (!state.paused) emit('live.paused', { status })
      return { status }
    },
    'live.resume': (state, _input, _ctx, emit) => {
      const { stream } = openSession(state)
      const status = statusAfter(state, { paused: false })
      if (state.paused) emit('live.resumed', { by: 'host', stream, status })
      return { status }
    },
    'live.end': (state, _input, ctx, emit) => {
      openSession(state)
      return endLive(state, 'host', ctx, emit)
    },
    'live.suspend': (state, input, ctx, emit) => {
      infoOf(state)
      const reason = cleanLine(input.reason, { max: 100 })
      if (!state.suspended)
        emit('live.suspended', { reason, by: ctx.asker.id, status: 'suspended' })
      return { status: 'suspended' }
    },
    'live.restore': (state, input, ctx, emit) => {
      infoOf(state)
      const reason =
        input.reason === undefined ? {} : { reason: cleanLine(input.reason, { max: 100 }) }
      const status = statusAfter(state, { suspended: undefined })
      if (state.suspended) emit('live.restored', { ...reason, by: ctx.asker.id, status })
      return { status }
    },
    'live.streamStarted': streamUp,
    'live.streamResumed': streamUp,
    'live.streamInterrupted': streamInterrupted,
    'live.streamEnded': (state, input, ctx, emit) =>
      streamEnded(state, input, emit, () => endLive(state, 'stream', ctx, emit)),
    'live.recordingReady': (state, input, _ctx, emit) => {
      const isNew = state.replay?.recording !== input.recording
      if (isNew) emit('live.recorded', input)
      return { applied: isNew }
    },
    'live.graceOver': (state, input, ctx, emit) => {
      if (!state.up && sessionOf(state)?.id === input.session) endLive(state, 'grace', ctx, emit)
    },
    'live.limitReached': (state, input, ctx, emit) => {
      if (sessionOf(state)?.id === input.session) endLive(state, 'limit', ctx, emit)
    },
  },
  evolve: {
    'live.created': (state, info) => void (state.info = info),
    'live.changed': (state, info) => void (state.info = info),
    'live.started': (state, { session, startedAt, stream, at, totals }) => {
      state.session = { id: session, startedAt, stream }
      state.totals = { ...totals }
      state.open = true
      state.up = true
      state.paused = false
      noteStream(state, stream, at, false)
    },
    'live.interrupted': (state, { stream, at }) => {
      state.up = false
      noteStream(state, stream, at, false)
    },
    'live.resumed': (state, { by, stream, at }) => {
      if (by === 'host') {
        state.paused = false
        return
      }
      state.up = true
      if (state.session) state.session = { ...state.session, stream }
      noteStream(state, stream, at, false)
    },
    'live.paused': (state) => void (state.paused = true),
    'live.ended': (state, { session, startedAt, stream, at, reason, totals }) => {
      state.session = { id: session, startedAt, stream }
      state.totals = { ...totals }
      state.open = false
      state.up = false
      state.paused = false
      // After the grace nobody has said that the stream is over: it may still come back.
      noteStream(state, stream, at, reason !== 'grace')
    },
    'live.suspended': (state, { reason }) => void (state.suspended = { reason }),
    'live.restored': (state) => void (state.suspended = undefined),
    'live.streamClosed': (state, { stream }) => noteStream(state, stream, undefined, true),
    'live.recorded': (state, { recording, seconds }) =>
      void (state.replay = { recording, seconds }),
  },
  on: {
    'gift.sent': (state, { amount, count }: { amount: number; count: number }) => {
      if (!state.open) return
      state.totals.coins = addCount(state.totals.coins, amount)
      state.totals.gifts = addCount(state.totals.gifts, count)
    },
    'danmaku.sent': (state) => {
      if (state.open) state.totals.danmaku = addCount(state.totals.danmaku, 1)
    },
    'like.added': (state, { count }: { count: number }) => {
      if (state.open) state.totals.likes = addCount(state.totals.likes, count)
    },
    'audience.changed': (state, { count, joinedCount }: { count: number; joinedCount: number }) => {
      state.present = count
      if (!state.open) return
      state.totals.peak = Math.max(state.totals.peak, count)
      state.totals.views = addCount(state.totals.views, joinedCount)
    },
  },
  view: (state): LiveView | undefined => {
    if (!state.info) return undefined
    const session = sessionOf(state)
    return {
      ...state.info,
      status: statusOf(state),
      ...(session && { session }),
      totals: { ...state.totals },
      ...(state.suspended && { reason: state.suspended.reason }),
      ...(state.replay && { replay: state.replay }),
    }
  },
})

/** The info as it is kept: a clean title, and no field that says nothing. */
function cleaned(info: Omit<LiveInfo, 'cover'> & { cover?: string | undefined }): LiveInfo {
  const { category, cover, host } = info
  const { id, name, avatar } = host
  return {
    title: cleanLine(info.title, { max: titleMax }),
    category,
    ...(cover !== undefined && { cover }),
    host: avatar === undefined ? { id, name } : { id, name, avatar },
  }
}

/** Throws RoomError `live.not_found`. */
function infoOf(state: Readonly<LiveState>): LiveInfo {
  if (!state.info) throw new RoomError('live.not_found', 'There is no such room; create it first.')
  return state.info
}

/** Throws RoomError `live.not_live`. */
function openSession(state: Readonly<LiveState>) {
  const session = sessionOf(state)
  if (!session) throw new RoomError('live.not_live', 'The live is not on; start the stream first.')
  return session
}

/** Closes the open session; does nothing where none is open. */
function endLive(state: Readonly<LiveState>, reason: EndReason, ctx: Context, emit: LiveEmit) {
  const session = sessionOf(state)
  if (!session) return { status: statusOf(state), totals: noTotals }
  const status = statusAfter(state, { open: false })
  const totals = { ...state.totals }
  const { id, startedAt, stream } = session
  emit('live.ended', { session: id, startedAt, stream, reason, totals, status })
  ctx.unschedule('live.grace')
  ctx.unschedule('live.limit')
  return { status, totals }
}
