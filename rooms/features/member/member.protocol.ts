/** Who may do what in the room: moderators, mutes, kicks. */

import Type, { type Static } from 'typebox'
import type { CommandSpecs, EventSpecs } from '../../../engine/kernel/feature.ts'
import { closed, Time, UserId } from '../common.protocol.ts'

export type MemberRole = 'host' | 'moderator' | 'viewer'

/** Rights by role in the room. A platform moderator has `platformRights` in every room. */
export const rights: Readonly<Record<MemberRole, readonly string[]>> = {
  viewer: ['watch', 'chat', 'gift'],
  moderator: ['watch', 'chat', 'gift', 'moderate'],
  host: ['watch', 'chat', 'gift', 'moderate', 'host'],
}
export const platformRights: readonly string[] = ['watch', 'chat', 'gift', 'moderate', 'platform']
export const guestRights: readonly string[] = ['watch']

const Reason = Type.String({ minLength: 1, maxLength: 600 })
const Target = closed({ user: UserId })

const moderate = { path: 'committed', permission: 'moderate', rate: 'control' } as const
const host = { path: 'committed', permission: 'host', rate: 'control' } as const

export const memberCommands = {
  'member.mute': {
    ...moderate,
    input: closed({
      user: UserId,
      seconds: Type.Integer({ minimum: 1, maximum: 2_592_000 }),
      reason: Type.Optional(Reason),
    }),
  },
  'member.unmute': { ...moderate, input: Target },
  /** Removes the user and keeps it out for so long; 0: it may come back at once. */
  'member.kick': {
    ...moderate,
    input: closed({
      user: UserId,
      seconds: Type.Integer({ minimum: 0, maximum: 86_400 }),
      reason: Type.Optional(Reason),
    }),
  },
  'member.promote': { ...host, input: Target },
  'member.demote': { ...host, input: Target },
} satisfies CommandSpecs

const kept = { durability: 'commit', lane: 'must' } as const
const Ban = closed({ user: UserId, until: Time, by: UserId, reason: Type.Optional(Reason) })
const Done = closed({ user: UserId, by: UserId })
export type Ban = Static<typeof Ban>

export const memberEvents = {
  'member.muted': { ...kept, data: Ban },
  'member.unmuted': { ...kept, data: Done },
  'member.kicked': { ...kept, data: Ban },
  'member.promoted': { ...kept, data: Done },
  'member.demoted': { ...kept, data: Done },
} satisfies EventSpecs

/** `you.id` is absent for a guest, `you.mutedUntil` unless muted; ms since 1970. */
export interface MemberView {
  readonly moderators: readonly string[]
  readonly you: { readonly id?: string; readonly role: MemberRole; readonly mutedUntil?: number }
}

export const memberErrors = [
  'forbidden',
  'login_required',
  'muted', // { until }
  'kicked', // { until }
  'member.self',
  'member.outranked', // the host, or a moderator by another
  'member.full', // { limit } too many moderators, mutes or kicks at once
] as const
