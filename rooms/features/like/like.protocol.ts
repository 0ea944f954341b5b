/** Likes: many, cheap, told as sums. */

import Type, { type Static } from 'typebox'
import type { CommandSpecs, EventSpecs } from '../../../engine/kernel/feature.ts'
import { addCount, closed, Count } from '../common.protocol.ts'

const LikeSum = closed({ count: Count })
type LikeSum = Static<typeof LikeSum>

export const likeCommands = {
  /** A client gathers its taps for some 300 ms. */
  'like.add': {
    input: closed({ count: Type.Integer({ minimum: 1, maximum: 50 }) }),
    path: 'immediate',
    permission: 'chat',
    rate: 'like',
  },
} satisfies CommandSpecs

export const likeEvents = {
  'like.added': {
    data: LikeSum,
    durability: 'checkpoint',
    lane: 'may',
    merge: (a: LikeSum, b: LikeSum): LikeSum => ({ count: addCount(a.count, b.count) }),
  },
} satisfies EventSpecs

/** Of the current or last session. */
export interface LikeView {
  readonly count: number
}
