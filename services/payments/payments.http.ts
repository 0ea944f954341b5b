/** Routes of top-ups and the providers' webhooks. */

import { z } from 'zod'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { rawRoute, route, type Route } from '../route.ts'
import { uuid, uuid7 } from '../schemas.ts'
import { topUpLimits } from './payments.protocol.ts'
import type { Payments } from './payments.ts'

const topUp = z.strictObject({
  id: uuid,
  coins: z.number().int().positive(),
  cents: z.number().int().positive(),
  state: z.enum(['pending', 'credited', 'failed', 'expired']),
  checkoutUrl: z.string(),
})
const webhookLimit = 64 * 1024

export interface PaymentRouteOptions {
  readonly payments: Payments
  /** Told of deliveries that were refused, for the log. */
  readonly onRefused?: (provider: string, code: string) => void
}

export function paymentRoutes({ payments, onRefused }: PaymentRouteOptions): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/wallet/topups',
      tag: 'wallet',
      summary: 'Start a top-up; the same id starts it once',
      access: 'user',
      rate: 'money',
      body: z.strictObject({
        id: uuid7,
        coins: z.number().int().min(topUpLimits.min).max(topUpLimits.max),
        provider: z.string().min(1).max(20),
      }),
      response: topUp,
      errors: ['payment.unknown', 'payment.unavailable', 'conflict'],
      handle: ({ caller, body, origin, ip, headers }) => {
        const mobile = /Mobile|Android|iPhone/.test(headers.get('user-agent') ?? '')
        return payments.start(caller.id, body, { origin, ip, mobile })
      },
    }),
    route({
      method: 'GET',
      path: '/api/wallet/topups/:id',
      tag: 'wallet',
      summary: 'What became of a top-up',
      access: 'user',
      rate: 'read',
      params: z.strictObject({ id: uuid }),
      response: topUp,
      errors: ['not_found'],
      handle: ({ caller, params }) => payments.get(caller.id, params.id),
    }),
    rawRoute({
      method: 'POST',
      path: '/api/payments/:provider/webhook',
      tag: 'payments',
      summary: 'Where payment providers tell us; only signed deliveries are believed',
      access: 'public',
      rate: 'money',
      params: z.strictObject({ provider: z.string().regex(/^[a-z]{1,20}$/) }),
      raw: webhookLimit,
      errors: ['webhook.signature', 'webhook.stale', 'webhook.replayed', 'payment.mismatch'],
      handle: async ({ params, headers, body }) => {
        try {
          const {
            status,
            type,
            body: text,
          } = await payments.receive(params.provider, { headers, body })
          const empty = status === 204
          return new Response(empty ? null : text, { status, headers: { 'content-type': type } })
        } catch (error) {
          if (error instanceof RoomError) onRefused?.(params.provider, error.code)
          throw error
        }
      },
    }),
  ]
}
