/** Routes of the wallet and the gift catalogue. */

import { z } from 'zod'
import { defined, route, type Route } from '../route.ts'
import { cursor } from '../schemas.ts'
import type { Wallets } from './wallet.ts'

const coins = z.number().int()
const bilingual = z.strictObject({ zh: z.string(), en: z.string() })

export function walletRoutes(wallets: Wallets): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/wallet',
      tag: 'wallet',
      summary: 'Own balance, limit and earnings, in coins',
      access: 'user',
      rate: 'read',
      response: z.strictObject({
        balance: coins,
        spentToday: coins,
        dailyLimit: coins,
        earnings: z.strictObject({ available: coins, total: coins }),
      }),
      handle: ({ caller }) => wallets.get(caller.id),
    }),
    route({
      method: 'GET',
      path: '/api/wallet/entries',
      tag: 'wallet',
      summary: 'Own statement, newest first',
      access: 'user',
      rate: 'read',
      query: z.strictObject({
        cursor: cursor.optional(),
        limit: z.coerce.number().int().min(1).max(100).default(30),
      }),
      response: z.strictObject({
        items: z
          .array(
            z.strictObject({
              id: z.string(),
              at: z.iso.datetime(),
              kind: z.string(),
              amount: coins,
              memo: z.strictObject({
                provider: z.string().optional(),
                cents: coins.optional(),
                gift: z.string().optional(),
                giftName: bilingual.optional(),
                count: coins.optional(),
                room: z.string().optional(),
                title: z.string().optional(),
                user: z.strictObject({ id: z.string(), displayName: z.string() }).optional(),
              }),
            }),
          )
          .readonly(),
        next: z.string().optional(),
      }),
      handle: ({ caller, query }) => wallets.entries(caller.id, defined(query)),
    }),
    route({
      method: 'GET',
      path: '/api/gifts',
      tag: 'wallet',
      summary: 'The gift catalogue',
      access: 'public',
      rate: 'read',
      response: z.array(
        z.strictObject({
          id: z.string(),
          price: coins,
          tier: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
          name: bilingual,
        }),
      ),
      handle: () => wallets.gifts(),
    }),
  ]
}
