/** Stripe Checkout. https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/webhooks#verify-manually */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import {
  badSignature,
  malformedDelivery,
  requireFresh,
  unavailable,
  type CheckoutContext,
  type Delivery,
  type Fetch,
  type Order,
  type PaymentNotice,
  type PaymentProvider,
} from '../provider.ts'

export interface StripeOptions {
  readonly secretKey: string
  /** `whsec_…` */
  readonly webhookSecret: string
  readonly fetch?: Fetch
}

const api = 'https://api.stripe.com/v1/checkout/sessions'
const created = z.object({ id: z.string(), url: z.url() })
const event = z.object({
  type: z.string(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
})
const session = z.object({
  id: z.string(),
  client_reference_id: z.string(),
  amount_total: z.number().int(),
  currency: z.string(),
  payment_status: z.string(),
})

const kinds: Readonly<Record<string, 'paid' | 'failed'>> = {
  'checkout.session.completed': 'paid',
  'checkout.session.async_payment_succeeded': 'paid',
  'checkout.session.async_payment_failed': 'failed',
  'checkout.session.expired': 'failed',
}

export class StripeProvider implements PaymentProvider {
  readonly name = 'stripe'
  readonly acknowledgement = { status: 200, type: 'application/json', body: '{"received":true}' }
  readonly #options: StripeOptions
  readonly #fetch: Fetch

  constructor(options: StripeOptions) {
    this.#options = options
    this.#fetch = options.fetch ?? fetch
  }

  async checkout(order: Order, { returnUrl }: CheckoutContext): Promise<string> {
    // Stripe wants at least 30 minutes to the expiry.
    const soonest = Math.ceil(order.createdAt / 1000) + 31 * 60
    const form = new URLSearchParams({
      mode: 'payment',
      client_reference_id: order.id,
      success_url: returnUrl,
      cancel_url: returnUrl,
      expires_at: String(Math.max(soonest, Math.ceil(order.expiresAt / 1000))),
      'line_items[0][quantity]': '1',
      'line_items[0][price_data][currency]': 'cny',
      'line_items[0][price_data][unit_amount]': String(order.cents),
      'line_items[0][price_data][product_data][name]': `${order.coins} coins`,
    })
    try {
      const response = await this.#fetch(api, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#options.secretKey}`,
          'content-type': 'application/x-www-form-urlencoded',
          'idempotency-key': order.id,
        },
        body: form.toString(),
        signal: AbortSignal.timeout(10_000),
      })
      if (!response.ok) throw new Error(`Stripe answered ${response.status}`)
      return created.parse(await response.json()).url
    } catch (cause) {
      throw unavailable('Stripe', cause)
    }
  }

  async read({ headers, body, now }: Delivery): Promise<PaymentNotice> {
    const { signedAt, signatures } = parseSignature(headers.get('stripe-signature') ?? '')
    const expected = createHmac('sha256', this.#options.webhookSecret)
      .update(`${signedAt}.`)
      .update(body)
      .digest()
    if (!signatures.some((s) => s.length === expected.length && timingSafeEqual(s, expected)))
      throw badSignature()
    requireFresh(Number(signedAt) * 1000, now)
    return readEvent(body)
  }
}

function parseSignature(header: string): { signedAt: string; signatures: Buffer[] } {
  const pairs = header.split(',').map((pair) => pair.trim().split('=') as [string, string?])
  const signedAt = pairs.find(([name]) => name === 't')?.[1] ?? ''
  if (!/^\d{1,12}$/.test(signedAt)) throw badSignature()
  const hex = pairs.flatMap(([name, value]) => (name === 'v1' && value ? [value] : []))
  return { signedAt, signatures: hex.map((value) => Buffer.from(value, 'hex')) }
}

function readEvent(body: Uint8Array): PaymentNotice {
  try {
    const { type, data } = event.parse(JSON.parse(Buffer.from(body).toString()))
    const kind = kinds[type]
    if (kind === undefined) return nothing
    const {
      id,
      client_reference_id: order,
      amount_total: cents,
      currency,
      payment_status,
    } = session.parse(data.object)
    // A session completes before a slow payment method has paid; a second event follows then.
    if (kind === 'paid' && payment_status !== 'paid') return nothing
    return { kind, order, reference: id, cents, currency: currency.toUpperCase() }
  } catch (cause) {
    throw malformedDelivery(cause)
  }
}

const nothing: PaymentNotice = {
  kind: 'other',
  order: '',
  reference: '',
  cents: 0,
  currency: 'CNY',
}
