/** What a user may do in a room, while it is there. */

import type { SeenEvent, You } from './client.ts'

/** Room moderators gain and lose their right while they are here. */
export function foldRights(you: You, { type, data }: SeenEvent): You {
  if ((type !== 'member.promoted' && type !== 'member.demoted') || data.user !== you.id) return you
  const can = you.can.filter((right) => right !== 'moderate')
  return { ...you, can: type === 'member.promoted' ? [...can, 'moderate'] : can }
}
