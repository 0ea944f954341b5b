/** Who may do what in the room: moderators, mutes, kicks. */

import type { Context } from '../../../engine/kernel/context.ts'
import { defineFeature } from '../../../engine/kernel/feature.ts'
import { RoomError } from '../../../engine/kernel/room-error.ts'
import { cleanLine } from '../../text/clean-line.ts'
import {
  memberCommands,
  memberEvents,
  type Ban,
  type MemberRole,
  type MemberView,
} from './member.protocol.ts'

export interface MemberState {
  host: string | undefined
  moderators: Set<string>
  /** By user: until when. What has run out is dropped at the next entry. */
  mutes: Map<string, number>
  kicks: Map<string, number>
}

export const moderatorCap = 100
/** Of mutes, and of kicks, at one time. */
export const banCap = 10_000

export const member = defineFeature({
  name: 'member',
  commands: memberCommands,
  events: memberEvents,
  initial: (): MemberState => ({
    host: undefined,
    moderators: new Set(),
    mutes: new Map(),
    kicks: new Map(),
  }),
  decide: {
    'member.mute': (state, input, ctx, emit) => {
      mayActOn(state, input.user, ctx)
      hasPlace(state.mutes, input.user, ctx.now)
      const ban = banOf(input, ctx)
      emit('member.muted', ban)
      return { until: ban.until }
    },
    'member.unmute': (state, { user }, ctx, emit) => {
      mayActOn(state, user, ctx)
      if (state.mutes.has(user)) emit('member.unmuted', { user, by: ctx.asker.id })
      return {}
    },
    'member.kick': (state, input, ctx, emit) => {
      mayActOn(state, input.user, ctx)
      if (input.seconds) hasPlace(state.kicks, input.user, ctx.now)
      const ban = banOf(input, ctx)
      emit('member.kicked', ban)
      return { until: ban.until }
    },
    'member.promote': (state, { user }, ctx, emit) => {
      mayActOn(state, user, ctx)
      if (state.moderators.has(user)) return {}
      if (state.moderators.size >= moderatorCap) throw full(moderatorCap)
      emit('member.promoted', { user, by: ctx.asker.id })
      return {}
    },
    'member.demote': (state, { user }, ctx, emit) => {
      mayActOn(state, user, ctx)
      if (state.moderators.has(user)) emit('member.demoted', { user, by: ctx.asker.id })
      return {}
    },
  },
  evolve: {
    'member.muted': (state, { user, until }, at) => ban(state.mutes, user, until, at),
    'member.unmuted': (state, { user }) => void state.mutes.delete(user),
    'member.kicked': (state, { user, until }, at) => ban(state.kicks, user, until, at),
    'member.promoted': (state, { user }) => void state.moderators.add(user),
    'member.demoted': (state, { user }) => void state.moderators.delete(user),
  },
  on: {
    'live.created': (state, { host }) => void (state.host = host.id),
  },
  view: (state, { id }, now): MemberView => {
    const mutedUntil = id === undefined ? undefined : activeUntil(state.mutes, id, now)
    return {
      moderators: [...state.moderators],
      you: {
        ...(id !== undefined && { id }),
        role: roleOf(state, id),
        ...(mutedUntil !== undefined && { mutedUntil }),
      },
    }
  },
})

export function roleOf(state: Readonly<MemberState>, id: string | undefined): MemberRole {
  if (id === undefined) return 'viewer'
  return state.host === id ? 'host' : state.moderators.has(id) ? 'moderator' : 'viewer'
}

/** When the user's mute or kick ends, if it still holds at `now`. */
export function activeUntil(
  bans: ReadonlyMap<string, number>,
  user: string,
  now: number,
): number | undefined {
  const until = bans.get(user)
  return until !== undefined && until > now ? until : undefined
}

/** Throws RoomError: nobody acts on itself or the host, moderators not on each other. */
function mayActOn(state: Readonly<MemberState>, user: string, ctx: Context): void {
  if (user === ctx.asker.id)
    throw new RoomError('member.self', 'Choose somebody else than yourself.')
  const role = roleOf(state, user)
  if (role === 'viewer' || (role === 'moderator' && (ctx.can('host') || ctx.can('platform'))))
    return
  throw new RoomError('member.outranked', `You cannot do this to a ${role}.`)
}

/** Throws RoomError `member.full`. What has run out takes no place. */
function hasPlace(bans: ReadonlyMap<string, number>, user: string, now: number): void {
  if (bans.size < banCap || bans.has(user)) return
  for (const until of bans.values()) if (until <= now) return
  throw full(banCap)
}

function full(limit: number): RoomError {
  return new RoomError('member.full', `There can be ${limit} at once; take one back first.`, {
    data: { limit },
  })
}

function banOf(input: { user: string; seconds: number; reason?: string }, ctx: Context): Ban {
  const { user, seconds, reason } = input
  const ban = { user, until: ctx.now + seconds * 1_000, by: ctx.asker.id }
  return reason === undefined ? ban : { ...ban, reason: cleanLine(reason, { max: 50 }) }
}

function ban(bans: Map<string, number>, user: string, until: number, at: number): void {
  for (const [other, end] of bans) if (end <= at) bans.delete(other)
  bans.delete(user)
  if (until > at) bans.set(user, until)
}
