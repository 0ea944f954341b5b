/** Alipay web and phone payments, signed with RSA2. https://opendocs.alipay.com/open/270/105902 */

import { createSign, createVerify } from 'node:crypto'
import {
  badSignature,
  malformedDelivery,
  type CheckoutContext,
  type Delivery,
  type Order,
  type PaymentNotice,
  type PaymentProvider,
} from '../provider.ts'

export interface AlipayOptions {
  readonly appId: string
  /** Own key, PEM. */
  readonly privateKey: string
  /** Alipay's key, PEM. */
  readonly publicKey: string
  readonly gateway: string
}

const paidStates = new Set(['TRADE_SUCCESS', 'TRADE_FINISHED'])

export class AlipayProvider implements PaymentProvider {
  readonly name = 'alipay'
  // Anything but this word makes Alipay repeat the notice for a day.
  readonly acknowledgement = { status: 200, type: 'text/plain', body: 'success' }
  readonly #options: AlipayOptions

  constructor(options: AlipayOptions) {
    this.#options = options
  }

  async checkout(order: Order, context: CheckoutContext): Promise<string> {
    const { appId, gateway } = this.#options
    const parameters: Record<string, string> = {
      app_id: appId,
      method: context.mobile ? 'alipay.trade.wap.pay' : 'alipay.trade.page.pay',
      format: 'JSON',
      charset: 'utf-8',
      sign_type: 'RSA2',
      timestamp: chinaTime(order.createdAt),
      version: '1.0',
      notify_url: context.webhookUrl,
      return_url: context.returnUrl,
      biz_content: JSON.stringify({
        out_trade_no: order.id,
        total_amount: yuan(order.cents),
        subject: `${order.coins} coins`,
        product_code: context.mobile ? 'QUICK_WAP_WAY' : 'FAST_INSTANT_TRADE_PAY',
        time_expire: chinaTime(order.expiresAt),
      }),
    }
    const sign = createSign('RSA-SHA256').update(signedText(parameters))
    parameters['sign'] = sign.sign(this.#options.privateKey, 'base64')
    return `${gateway}?${new URLSearchParams(parameters)}`
  }

  /** A notice carries no time that its signature could be held to; crediting once makes repeats harmless. */
  async read({ body }: Delivery): Promise<PaymentNotice> {
    const form = Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()))
    const { sign, sign_type: signType, ...signed } = form
    if (sign === undefined || signType !== 'RSA2') throw badSignature()
    const verify = createVerify('RSA-SHA256').update(signedText(signed))
    if (!verify.verify(this.#options.publicKey, sign, 'base64')) throw badSignature()
    if (signed['app_id'] !== this.#options.appId) throw badSignature()
    const { out_trade_no: order, trade_no: reference, total_amount: amount } = signed
    const state = signed['trade_status'] ?? ''
    const cents = centsOf(amount ?? '')
    if (!order || !reference || cents === undefined) throw malformedDelivery()
    const kind = paidStates.has(state) ? 'paid' : state === 'TRADE_CLOSED' ? 'failed' : 'other'
    return { kind, order, reference, cents, currency: 'CNY' }
  }
}

/** Parameters by name, the empty ones left out: what RSA2 signs. */
function signedText(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function yuan(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}

function centsOf(amount: string): number | undefined {
  const parts = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(amount)
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0')) : undefined
}

// Alipay's clock is China's, which has had no other time since 1991.
function chinaTime(ms: number): string {
  return new Date(ms + 8 * 3600_000).toISOString().slice(0, 19).replace('T', ' ')
}
