/** Who an access token speaks for, by the user of its session. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Caller } from '../route.ts'
import type { AccessClaims } from './access-tokens.ts'

export interface UserOfSession {
  readonly id: string
  readonly display_name: string
  readonly avatar: string | null
  readonly roles: readonly string[]
}

/** Throws `unauthorized` where the session is not, or no longer, that user's. */
export function callerOf(claims: AccessClaims, user: UserOfSession | undefined): Caller {
  if (user?.id !== claims.user)
    throw new RoomError('unauthorized', 'The session is over; log in again.', {
      retry: 'login',
      data: { reason: 'ended' },
    })
  return {
    id: user.id,
    name: user.display_name,
    roles: ['user', ...user.roles],
    card: user.avatar === null ? {} : { avatar: user.avatar },
    session: claims.session,
  }
}
