/** What the signed-in person may do here. */
import type { RoomAction } from '../../../sdk/index.ts'
import { useUser } from '../../../sdk/react/index.ts'

export type Staff = 'admin' | 'moderator'

export function useStaff(): Staff | undefined {
  const roles = useUser()?.roles ?? []
  if (roles.includes('admin')) return 'admin'
  return roles.includes('moderator') ? 'moderator' : undefined
}

/** What a platform moderator may do to a room. */
export const moderatorActions: readonly RoomAction[] = ['mute', 'unmute', 'kick']

/** Where the room itself cannot be asked what it takes. */
export const actionsAsleep: readonly RoomAction[] = [
  'mute',
  'unmute',
  'kick',
  'slow',
  'suspend',
  'restore',
]
