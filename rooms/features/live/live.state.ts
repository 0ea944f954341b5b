/** The facts a live session stands on, and the status that follows from them. */

import type { Emit } from '../../../engine/kernel/feature.ts'
import {
  noTotals,
  type LiveInfo,
  type LiveSession,
  type LiveStatus,
  type LiveTotals,
  type liveEvents,
} from './live.protocol.ts'

export type LiveEmit = Emit<typeof liveEvents>

/** What the media node has said of one stream: its latest report's time, and whether it is over. */
export interface StreamMark {
  readonly at: number
  readonly over: boolean
}

export interface LiveState {
  info: LiveInfo | undefined
  /** The open or the last session. */
  session: LiveSession | undefined
  open: boolean
  /** The stream of the session arrives. */
  up: boolean
  paused: boolean
  suspended: { readonly reason: string } | undefined
  totals: LiveTotals
  /** How many are here, also between sessions. */
  present: number
  /** The latest streams, oldest report first; at most `streamCap`. */
  streams: Map<string, StreamMark>
  replay: { readonly recording: string; readonly seconds: number } | undefined
}

export const streamCap = 64

export function newLive(): LiveState {
  return {
    info: undefined,
    session: undefined,
    open: false,
    up: false,
    paused: false,
    suspended: undefined,
    totals: { ...noTotals },
    present: 0,
    streams: new Map(),
    replay: undefined,
  }
}

type Facts = Pick<LiveState, 'open' | 'up' | 'paused' | 'suspended' | 'session'>

export function statusOf(facts: Readonly<Facts>): LiveStatus {
  if (facts.suspended) return 'suspended'
  if (!facts.open) return facts.session ? 'ended' : 'idle'
  if (facts.paused) return 'paused'
  return facts.up ? 'live' : 'interrupted'
}

/** The status once `change` has happened. */
export function statusAfter(state: Readonly<LiveState>, change: Partial<Facts>): LiveStatus {
  return statusOf({ ...state, ...change })
}

/** The open session, if one is. */
export function sessionOf(state: Readonly<LiveState>): LiveSession | undefined {
  return state.open ? state.session : undefined
}

/** Remembers a report on a stream that is not over yet; its time does not go back. */
export function noteStream(
  state: LiveState,
  stream: string,
  at: number | undefined,
  over: boolean,
): void {
  const known = state.streams.get(stream)
  state.streams.delete(stream) // so that it stands last
  state.streams.set(stream, {
    at: Math.max(at ?? 0, known?.at ?? 0),
    over,
  })
  for (const oldest of state.streams.keys()) {
    if (state.streams.size <= streamCap) return
    state.streams.delete(oldest)
  }
}
