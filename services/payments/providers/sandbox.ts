/** Play money: a provider of our own that works like a real one, signature and all. */

import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import {
  badSignature,
  malformedDelivery,
  requireFresh,
  type CheckoutContext,
  type Delivery,
  type Order,
  type PaymentNotice,
  type PaymentProvider,
} from '../provider.ts'

const noticeForm = z.strictObject({
  event: z.enum(['paid', 'failed']),
  order: z.uuid(),
  reference: z.string().min(1).max(64),
  cents: z.number().int().min(1),
  currency: z.string().length(3),
  nonce: z.uuid(),
})

/** A delivery is `Plaza-Signature: t=<ms>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`. */
export class SandboxProvider implements PaymentProvider {
  readonly name = 'sandbox'
  readonly acknowledgement = { status: 200, type: 'application/json', body: '{"received":true}' }
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  async checkout(order: Order, { origin }: CheckoutContext): Promise<string> {
    return `${origin}/sandbox/checkout/${order.id}?s=${this.pageSignature(order.id)}`
  }

  async read({ headers, body, now }: Delivery): Promise<PaymentNotice> {
    const parts = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(headers.get('plaza-signature') ?? '')
    if (!parts) throw badSignature()
    const expected = this.#mac(`${parts[1]}.`, body)
    if (!timingSafeEqual(expected, Buffer.from(parts[2]!, 'hex'))) throw badSignature()
    requireFresh(Number(parts[1]), now)
    const parsed = noticeForm.safeParse(parseJson(body))
    if (!parsed.success) throw malformedDelivery(parsed.error)
    const { event, ...notice } = parsed.data
    return { kind: event, ...notice }
  }

  /** The delivery that the checkout page sends when its button is pressed. */
  notify(event: 'paid' | 'failed', order: Pick<Order, 'id' | 'cents'>, now: number): Delivery {
    const notice = {
      event,
      order: order.id,
      reference: `sandbox_${randomUUID()}`,
      cents: order.cents,
      currency: 'CNY',
      nonce: randomUUID(),
    }
    const body = Buffer.from(JSON.stringify(notice))
    const signature = this.#mac(`${now}.`, body).toString('hex')
    const headers = new Headers({
      'content-type': 'application/json',
      'plaza-signature': `t=${now},v1=${signature}`,
    })
    return { headers, body, now }
  }

  /** Makes the page's address one that only its payer was given. */
  pageSignature(orderId: string): string {
    return this.#mac('page.', Buffer.from(orderId)).toString('base64url').slice(0, 32)
  }

  isPageSignature(orderId: string, signature: string): boolean {
    const expected = Buffer.from(this.pageSignature(orderId))
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  #mac(prefix: string, body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(prefix).update(body).digest()
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch (cause) {
    throw malformedDelivery(cause)
  }
}
