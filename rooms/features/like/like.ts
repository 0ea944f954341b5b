/** Likes of a session. A crash may lose the last seconds of them; nobody minds. */

import { defineFeature } from '../../../engine/kernel/feature.ts'
import { addCount } from '../common.protocol.ts'
import { likeCommands, likeEvents, type LikeView } from './like.protocol.ts'

export interface LikeState {
  count: number
}

export const like = defineFeature({
  name: 'like',
  commands: likeCommands,
  events: likeEvents,
  initial: (): LikeState => ({ count: 0 }),
  decide: {
    'like.add': (_state, { count }, _ctx, emit) => {
      emit('like.added', { count })
      return { count }
    },
  },
  evolve: {
    'like.added': (state, { count }) => void (state.count = addCount(state.count, count)),
  },
  on: {
    'live.started': (state) => void (state.count = 0),
  },
  view: (state): LikeView => ({ count: state.count }),
})
