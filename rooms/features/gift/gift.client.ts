/** Gifts as clients see and send them. */

import { addCount } from '../common.protocol.ts'
import { defineClient, type Ask } from '../feature.client.ts'
import { placeGiver, type GiftAnswer, type GiftSent, type GiftView } from './gift.protocol.ts'

export interface GiftCommands {
  /** `key` is the command id: the same key again is charged once. */
  send(gift: { gift: string; count: number; note?: string }, key?: string): Promise<GiftAnswer>
}

const initial: GiftView = { top: [], coins: 0 }

export const giftClient = defineClient<GiftView, GiftCommands>({
  initial,
  fold: {
    'gift.sent': (view, { from: { id, name }, amount, given }: GiftSent) => ({
      top: placeGiver(view.top, { id, name, amount: given }),
      coins: addCount(view.coins, amount),
    }),
    'live.started': () => initial,
  },
  commands: (ask: Ask) => ({ send: (gift, key) => ask('gift.send', gift, key) }),
})
