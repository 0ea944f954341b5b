/** The sandbox provider's checkout page. */

import { z } from 'zod'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { rawRoute, route, type Route } from '../route.ts'
import { uuid } from '../schemas.ts'
import type { Payments } from './payments.ts'
import type { SandboxProvider } from './providers/sandbox.ts'
import { sandboxPage, sandboxPagePolicy, type SandboxLanguage } from './sandbox-page.ts'

const signature = z.string().min(1).max(64)
const language = z.enum(['zh', 'en'])
const form = z.strictObject({ s: signature, lang: language, action: z.enum(['pay', 'cancel']) })

export interface SandboxRouteOptions {
  readonly payments: Payments
  readonly provider: SandboxProvider
  readonly siteName: string
  readonly now: () => number
  /** Sends the delivery to our own webhook, over the whole way that a real one takes. */
  readonly deliver: (request: Request) => Promise<Response>
}

export function sandboxRoutes(options: SandboxRouteOptions): Route[] {
  const { payments, provider, siteName } = options
  const params = z.strictObject({ id: uuid })

  const find = async (id: string, s: string) => {
    const order = provider.isPageSignature(id, s) ? await payments.order('sandbox', id) : undefined
    if (order) return order
    throw new RoomError('not_found', 'There is no such order; start the top-up again.')
  }

  return [
    route({
      method: 'GET',
      path: '/sandbox/checkout/:id',
      tag: 'payments',
      summary: 'Checkout page of the play-money provider',
      access: 'public',
      rate: 'read',
      params,
      query: z.strictObject({ s: signature, lang: language.optional() }),
      handle: async ({ params: { id }, query, headers }) => {
        const order = await find(id, query.s)
        const lang = query.lang ?? preferred(headers.get('accept-language') ?? '')
        const page = sandboxPage({ order, lang, signature: query.s, siteName, now: options.now() })
        return new Response(page, {
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'cache-control': 'no-store',
            'content-security-policy': sandboxPagePolicy,
            'referrer-policy': 'no-referrer',
          },
        })
      },
    }),
    rawRoute({
      method: 'POST',
      path: '/sandbox/checkout/:id',
      tag: 'payments',
      summary: 'The buttons of that page',
      access: 'public',
      rate: 'money',
      params,
      raw: 1024,
      handle: async ({ params: { id }, body, origin }) => {
        const input = form.safeParse(
          Object.fromEntries(new URLSearchParams(Buffer.from(body).toString())),
        )
        if (!input.success)
          throw new RoomError('invalid', 'Use the buttons of the page.', { retry: 'fix' })
        const { s, lang, action } = input.data
        const order = await find(id, s)
        if (order.state === 'pending') {
          const event = action === 'pay' ? 'paid' : 'failed'
          const { headers, body: notice } = provider.notify(event, order, options.now())
          const url = `${origin}/api/payments/sandbox/webhook`
          const answer = await options.deliver(
            new Request(url, { method: 'POST', headers, body: new Uint8Array(notice) }),
          )
          if (!answer.ok)
            throw new RoomError(
              'payment.unavailable',
              'The payment could not be told; try again.',
              {
                retry: 'retry',
              },
            )
        }
        const location = `/sandbox/checkout/${id}?s=${encodeURIComponent(s)}&lang=${lang}`
        return new Response(null, {
          status: 303,
          headers: { location, 'cache-control': 'no-store' },
        })
      },
    }),
  ]
}

function preferred(acceptLanguage: string): SandboxLanguage {
  return /^\s*zh/i.test(acceptLanguage) ? 'zh' : 'en'
}
