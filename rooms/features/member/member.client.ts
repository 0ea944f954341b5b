/** Roles and moderation as clients see and use them. */

import { defineClient, type Ask } from '../feature.client.ts'
import type { MemberView } from './member.protocol.ts'

export interface MemberCommands {
  mute(user: string, seconds: number, reason?: string): Promise<{ until: number }>
  unmute(user: string): Promise<void>
  /** Keeps the user out for `seconds`; 0: it may come back at once. */
  kick(user: string, seconds: number, reason?: string): Promise<{ until: number }>
  promote(user: string): Promise<void>
  demote(user: string): Promise<void>
}

export const memberClient = defineClient<MemberView, MemberCommands>({
  initial: { moderators: [], you: { role: 'viewer' } },
  fold: {
    'live.created': (view, { host }) => {
      return view.you.id === host.id ? { ...view, you: { ...view.you, role: 'host' } } : view
    },
    'member.muted': (view, { user, until }) => {
      return view.you.id === user ? { ...view, you: { ...view.you, mutedUntil: until } } : view
    },
    'member.unmuted': (view, { user }) => {
      if (view.you.id !== user) return view
      const { mutedUntil: _, ...you } = view.you
      return { ...view, you }
    },
    'member.promoted': (view, { user }) => {
      const moderators = [...view.moderators.filter((id) => id !== user), user]
      return { moderators, you: withRole(view, user, 'moderator') }
    },
    'member.demoted': (view, { user }) => {
      const moderators = view.moderators.filter((id) => id !== user)
      return { moderators, you: withRole(view, user, 'viewer') }
    },
  },
  commands: (ask: Ask) => ({
    mute: (user, seconds, reason) => ask('member.mute', withReason({ user, seconds }, reason)),
    unmute: (user) => ask('member.unmute', { user }),
    kick: (user, seconds, reason) => ask('member.kick', withReason({ user, seconds }, reason)),
    promote: (user) => ask('member.promote', { user }),
    demote: (user) => ask('member.demote', { user }),
  }),
})

function withRole(view: MemberView, user: string, role: 'moderator' | 'viewer'): MemberView['you'] {
  return view.you.id === user ? { ...view.you, role } : view.you
}

function withReason<T extends object>(
  input: T,
  reason: string | undefined,
): T & { reason?: string } {
  return reason === undefined ? input : { ...input, reason }
}
