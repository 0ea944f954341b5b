/** Likes as clients see and give them. */

import { addCount } from '../common.protocol.ts'
import { defineClient, type Ask } from '../feature.client.ts'
import type { LikeView } from './like.protocol.ts'

export interface LikeCommands {
  /** 1 to 50 at once. */
  add(count: number): Promise<{ count: number }>
}

export const likeClient = defineClient<LikeView, LikeCommands>({
  initial: { count: 0 },
  fold: {
    'like.added': (view, { count }) => ({ count: addCount(view.count, count) }),
    'live.started': () => ({ count: 0 }),
  },
  commands: (ask: Ask) => ({ add: (count) => ask('like.add', { count }) }),
})
