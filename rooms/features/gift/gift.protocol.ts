/** Gifts: paid, counted, told to the room. */

import Type, { type Static } from 'typebox'
import type { CommandSpecs, EventSpecs } from '../../../engine/kernel/feature.ts'
import { closed, Count, Id, Person, UserId } from '../common.protocol.ts'

/** Gifts of one kind by one sender within this time of the last one are one combo. */
export const comboMs = 4_000

/** Longest note, in graphemes. */
export const noteMax = 60

/** How many of the top givers are shown. */
export const topMax = 10

const GiftId = Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,31}$' })
const Pieces = Type.Integer({ minimum: 1, maximum: 1_000 })
const Note = Type.String({ minLength: 1, maxLength: noteMax * 12 })

/** `id` is the command id of the combo's first gift, `total` its pieces so far. */
export const Combo = closed({ id: Id, total: Count })
export type Combo = Static<typeof Combo>

export const giftCommands = {
  /** Settled before it is decided: charged once per command id, however often it is sent. */
  'gift.send': {
    input: closed({ gift: GiftId, count: Pieces, note: Type.Optional(Note) }),
    path: 'committed',
    permission: 'gift',
    rate: 'gift',
  },
} satisfies CommandSpecs

/** `amount` coins were paid; `given` is all that the sender gave in this session, this gift included. */
const GiftSentData = closed({
  id: Id,
  session: Id,
  from: Person,
  to: UserId,
  gift: GiftId,
  count: Pieces,
  amount: Count,
  given: Count,
  combo: Combo,
  note: Type.Optional(Note),
})
export type GiftSent = Static<typeof GiftSentData>

export const giftEvents = {
  'gift.sent': { data: GiftSentData, durability: 'commit', lane: 'must' },
} satisfies EventSpecs

/** What the settler is asked. The asker and the command id stand beside it. */
export interface GiftRequest {
  readonly gift: string
  readonly count: number
  /** User id of the streamer. */
  readonly to: string
}

/** What the settler's verdict holds, as far as the room needs it. Coins. */
export interface GiftSettlement {
  readonly amount: number
  readonly balance: number
}

/** `balance` is the sender's after the gift. */
export interface GiftAnswer {
  readonly balance: number
  readonly amount: number
  readonly combo: Combo
}

export interface Giver {
  readonly id: string
  readonly name: string
  readonly amount: number
}

/** Of the current or last session; `top` has the highest first. */
export interface GiftView {
  readonly top: readonly Giver[]
  readonly coins: number
}

/** The top givers once `giver` has given `giver.amount` in all. Who reached an amount first stays ahead. */
export function placeGiver(top: readonly Giver[], giver: Giver): readonly Giver[] {
  const others = top.filter(({ id }) => id !== giver.id)
  const found = others.findIndex(({ amount }) => amount < giver.amount)
  const place = found < 0 ? others.length : found
  if (place >= topMax) return top
  return [...others.slice(0, place), giver, ...others.slice(place)].slice(0, topMax)
}

export const giftErrors = [
  'live.not_live',
  'gift.self',
  'gift.note', // the sender may not chat; send it without the note
  'gift.unknown', // by the settler, as the next two
  'insufficient_balance', // { need, have }
  'spend_limit', // { limit, remaining }
  'text.empty',
  'text.too_long',
] as const
