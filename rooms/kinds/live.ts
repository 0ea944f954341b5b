/** The kind `live`: a room with a host on the air and an audience. */

import type { Asker } from '../../engine/kernel/context.ts'
import type { Kind, RoomState } from '../../engine/kernel/kind.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { audience } from '../features/audience/audience.ts'
import { danmaku } from '../features/danmaku/danmaku.ts'
import { gift } from '../features/gift/gift.ts'
import { like } from '../features/like/like.ts'
import { live } from '../features/live/live.ts'
import type { LiveState } from '../features/live/live.state.ts'
import { guestRights, platformRights, rights } from '../features/member/member.protocol.ts'
import { activeUntil, member, roleOf, type MemberState } from '../features/member/member.ts'

export const liveKind: Kind = {
  name: 'live',
  features: [live, audience, danmaku, like, gift, member],
  refuse,
  judgedBy: [
    'live.created',
    'live.suspended',
    'live.restored',
    'member.muted',
    'member.unmuted',
    'member.kicked',
    'member.promoted',
    'member.demoted',
  ],
}

// Made once, for every decision asks for rights that most people lack, and an error's stack is dear.
const notFound = new RoomError('live.not_found', 'There is no such live room.')
const notLoggedIn = new RoomError('login_required', 'Log in to do this.', { retry: 'login' })
const suspendedRoom = new RoomError('live.suspended', 'This room is suspended; come back later.')
const forbidden = new RoomError('forbidden', 'You have no right to do this here.')

function refuse(
  state: Readonly<RoomState>,
  asker: Asker,
  permission: string,
  now: number,
): RoomError | undefined {
  const { info, suspended } = state.live as LiveState
  if (!info) return notFound
  const members = state.member as MemberState
  const platform = asker.roles.includes('moderator') || asker.roles.includes('admin')
  const guest = !platform && !asker.roles.includes('user')
  const role = roleOf(members, asker.id)
  if (!platform && role !== 'host') {
    const banned = bannedFrom(members, asker.id, permission, now)
    if (banned) return banned
  }
  if (guest) {
    if (guestRights.includes(permission)) return undefined
    return notLoggedIn
  }
  if (suspended && !platform && (permission === 'chat' || permission === 'gift')) {
    return suspendedRoom
  }
  if (rights[role].includes(permission)) return undefined
  if (platform && platformRights.includes(permission)) return undefined
  return forbidden
}

function bannedFrom(
  members: Readonly<MemberState>,
  user: string,
  permission: string,
  now: number,
): RoomError | undefined {
  const kicked = activeUntil(members.kicks, user, now)
  if (kicked !== undefined) {
    return new RoomError('kicked', 'You were removed from this room.', { data: { until: kicked } })
  }
  const muted = permission === 'chat' ? activeUntil(members.mutes, user, now) : undefined
  if (muted !== undefined) {
    return new RoomError('muted', 'You may not write here now.', { data: { until: muted } })
  }
  return undefined
}
