/** The live session of a room: what it can be asked and what happens in it. */

import Type, { type Static } from 'typebox'
import type { CommandSpecs, EventSpecs } from '../../../engine/kernel/feature.ts'
import { closed, Count, Id, Name, PicturePath, Time, UserId } from '../common.protocol.ts'

/** Longest title, in graphemes. */
export const titleMax = 60

export const LiveStatus = Type.Union([
  Type.Literal('idle'),
  Type.Literal('live'),
  Type.Literal('interrupted'),
  Type.Literal('paused'),
  Type.Literal('ended'),
  Type.Literal('suspended'),
])
export type LiveStatus = Static<typeof LiveStatus>

/** True where the host is with the audience: gifts may be sent. */
export function isOnAir(status: LiveStatus): boolean {
  return status === 'live' || status === 'interrupted' || status === 'paused'
}

export const Host = closed({ id: UserId, name: Name, avatar: Type.Optional(PicturePath) })
export type Host = Static<typeof Host>

const Title = Type.String({ minLength: 1, maxLength: titleMax * 12 })
const Category = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' })
const Reason = Type.String({ minLength: 1, maxLength: 1_200 })

export const LiveInfo = closed({
  title: Title,
  category: Category,
  cover: Type.Optional(PicturePath),
  host: Host,
})
export type LiveInfo = Static<typeof LiveInfo>

/** Of the current or last session. `views` counts joins, `coins` what viewers paid, `gifts` pieces. */
export const LiveTotals = closed({
  views: Count,
  peak: Count,
  coins: Count,
  gifts: Count,
  danmaku: Count,
  likes: Count,
  newFans: Count,
})
export type LiveTotals = Static<typeof LiveTotals>

export const noTotals: LiveTotals = {
  views: 0,
  peak: 0,
  coins: 0,
  gifts: 0,
  danmaku: 0,
  likes: 0,
  newFans: 0,
}

export const EndReason = Type.Union([
  Type.Literal('host'), // the host ended it
  Type.Literal('stream'), // the media node says that the stream is over
  Type.Literal('grace'), // the stream did not come back and nobody said why
  Type.Literal('limit'), // the longest session
])
export type EndReason = Static<typeof EndReason>

const host = { path: 'committed', permission: 'host', rate: 'control' } as const
const platform = { path: 'committed', permission: 'platform', rate: 'control' } as const
const internal = {
  path: 'committed',
  permission: 'internal',
  rate: 'internal',
  internal: true,
} as const

/** `at` is when it happened by the media node's clock: of two reports on a stream the later one counts. */
const StreamReport = closed({ stream: Id, at: Type.Optional(Time) })

export const liveCommands = {
  /** Once per room. Asked again by the same host it changes nothing. */
  'live.create': { ...internal, input: LiveInfo },
  'live.setup': {
    ...host,
    input: closed({
      title: Type.Optional(Title),
      category: Type.Optional(Category),
      cover: Type.Optional(PicturePath),
    }),
  },
  'live.pause': { ...host, input: closed({}) },
  'live.resume': { ...host, input: closed({}) },
  'live.end': { ...host, input: closed({}) },
  /** The reason is shown to the room. */
  'live.suspend': { ...platform, input: closed({ reason: Reason }) },
  'live.restore': { ...platform, input: closed({ reason: Type.Optional(Reason) }) },
  'live.streamStarted': { ...internal, input: closed({ stream: Id, at: Time }) },
  'live.streamInterrupted': { ...internal, input: StreamReport },
  'live.streamResumed': { ...internal, input: StreamReport },
  'live.streamEnded': { ...internal, input: StreamReport },
  'live.recordingReady': {
    ...internal,
    input: closed({
      recording: Id,
      stream: Id,
      seconds: Type.Number({ minimum: 0, maximum: 1e7 }),
    }),
  },
  /** Timers. */
  'live.graceOver': { ...internal, input: closed({ session: Id }) },
  'live.limitReached': { ...internal, input: closed({ session: Id }) },
} satisfies CommandSpecs

const kept = { durability: 'commit', lane: 'must' } as const
const told = { ...kept, outbox: true } as const

/** `status` is the room's status after the event; `at` the media node's time of a report. */
const Reported = { stream: Id, at: Type.Optional(Time), status: LiveStatus }

export const liveEvents = {
  'live.created': { ...kept, data: LiveInfo },
  'live.changed': { ...told, data: LiveInfo },
  'live.started': {
    ...told,
    data: closed({ session: Id, startedAt: Time, totals: LiveTotals, ...Reported }),
  },
  /** The stream is expected back before `until`. */
  'live.interrupted': { ...told, data: closed({ until: Time, ...Reported }) },
  /** The stream is back (or another has taken its place), or the host goes on after a pause. */
  'live.resumed': {
    ...told,
    data: closed({ by: Type.Union([Type.Literal('stream'), Type.Literal('host')]), ...Reported }),
  },
  'live.paused': { ...told, data: closed({ status: LiveStatus }) },
  'live.ended': {
    ...told,
    data: closed({
      session: Id,
      startedAt: Time,
      reason: EndReason,
      totals: LiveTotals,
      ...Reported,
    }),
  },
  'live.suspended': { ...told, data: closed({ reason: Reason, by: UserId, status: LiveStatus }) },
  'live.restored': {
    ...told,
    data: closed({ reason: Type.Optional(Reason), by: UserId, status: LiveStatus }),
  },
  /** A stream that no session stands on is over; kept so that a late report does not open one. */
  'live.streamClosed': { ...kept, data: closed({ stream: Id }) },
  'live.recorded': {
    ...kept,
    data: closed({ recording: Id, stream: Id, seconds: Type.Number({ minimum: 0, maximum: 1e7 }) }),
  },
} satisfies EventSpecs

export interface LiveSession {
  readonly id: string
  readonly startedAt: number
  /** Where the picture comes from now. */
  readonly stream: string
}

/** What everybody in the room sees of it. `session` is there while one is open. */
export interface LiveView {
  readonly title: string
  readonly category: string
  readonly cover?: string
  readonly host: Host
  readonly status: LiveStatus
  readonly session?: LiveSession
  readonly totals: LiveTotals
  /** Why it is suspended. */
  readonly reason?: string
  /** The last recording. */
  readonly replay?: { readonly recording: string; readonly seconds: number }
}

export const liveErrors = [
  'live.not_found', // nobody created this room
  'live.exists', // it belongs to another host
  'live.not_live', // no session is open
  'live.suspended',
  'text.empty',
  'text.too_long',
] as const
