/** WeChat Pay, API v3: H5 orders and native QR orders. https://pay.weixin.qq.com/doc/v3/merchant/4012365342 */

import { createDecipheriv, createSign, createVerify, randomBytes } from 'node:crypto'
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

export interface WechatOptions {
  readonly appId: string
  readonly merchantId: string
  /** Serial number of the merchant's certificate. */
  readonly serial: string
  /** Merchant's key, PEM. */
  readonly privateKey: string
  /** Id and PEM of the platform's public key. */
  readonly platformSerial: string
  readonly platformKey: string
  /** APIv3 key, 32 bytes. */
  readonly apiKey: string
  readonly fetch?: Fetch
}

const api = 'https://api.mch.weixin.qq.com'
const envelope = z.object({
  event_type: z.string(),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'),
    ciphertext: z.string(),
    nonce: z.string(),
    associated_data: z.string().default(''),
  }),
})
const transaction = z.object({
  appid: z.string(),
  mchid: z.string(),
  out_trade_no: z.string(),
  transaction_id: z.string(),
  trade_state: z.string(),
  amount: z.object({ total: z.number().int(), currency: z.string().default('CNY') }),
})

export class WechatProvider implements PaymentProvider {
  readonly name = 'wechat'
  readonly acknowledgement = { status: 204, type: 'application/json', body: '' }
  readonly #options: WechatOptions
  readonly #fetch: Fetch

  constructor(options: WechatOptions) {
    this.#options = options
    this.#fetch = options.fetch ?? fetch
  }

  /** An H5 address for phones; for other browsers the `weixin://` address that a QR code shows. */
  async checkout(order: Order, context: CheckoutContext): Promise<string> {
    const { appId, merchantId } = this.#options
    const path = `/v3/pay/transactions/${context.mobile ? 'h5' : 'native'}`
    const scene = { payer_client_ip: context.ip, h5_info: { type: 'Wap' } }
    const body = JSON.stringify({
      appid: appId,
      mchid: merchantId,
      description: `${order.coins} coins`,
      // WeChat allows 32 letters, digits, _ - | *: the id without its dashes fits.
      out_trade_no: order.id.replaceAll('-', ''),
      time_expire: new Date(order.expiresAt).toISOString().replace(/\.\d+Z$/, '+00:00'),
      notify_url: context.webhookUrl,
      amount: { total: order.cents, currency: 'CNY' },
      ...(context.mobile ? { scene_info: scene } : {}),
    })
    try {
      const response = await this.#fetch(api + path, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: this.#authorization('POST', path, body),
        },
        body,
        signal: AbortSignal.timeout(10_000),
      })
      if (!response.ok) throw new Error(`WeChat Pay answered ${response.status}`)
      const answer = z
        .object({ h5_url: z.string().optional(), code_url: z.string().optional() })
        .parse(await response.json())
      const url = answer.h5_url ?? answer.code_url
      if (url === undefined) throw new Error('WeChat Pay gave no address')
      return answer.h5_url === undefined
        ? url
        : `${url}&redirect_url=${encodeURIComponent(context.returnUrl)}`
    } catch (cause) {
      throw unavailable('WeChat Pay', cause)
    }
  }

  async read({ headers, body, now }: Delivery): Promise<PaymentNotice> {
    const { platformSerial, platformKey } = this.#options
    const stamp = headers.get('wechatpay-timestamp') ?? ''
    const nonce = headers.get('wechatpay-nonce') ?? ''
    const signature = headers.get('wechatpay-signature') ?? ''
    if (headers.get('wechatpay-serial') !== platformSerial) throw badSignature()
    const verify = createVerify('RSA-SHA256')
      .update(`${stamp}\n${nonce}\n`)
      .update(body)
      .update('\n')
    if (!verify.verify(platformKey, signature, 'base64')) throw badSignature()
    requireFresh(Number(stamp) * 1000, now)
    try {
      return this.#readBody(body)
    } catch (cause) {
      throw malformedDelivery(cause)
    }
  }

  #readBody(body: Uint8Array): PaymentNotice {
    const { resource } = envelope.parse(JSON.parse(Buffer.from(body).toString()))
    const paid = transaction.parse(JSON.parse(this.#decrypt(resource)))
    if (paid.appid !== this.#options.appId || paid.mchid !== this.#options.merchantId)
      throw new Error('the notice is for another merchant')
    const failed = ['CLOSED', 'REVOKED', 'PAYERROR'].includes(paid.trade_state)
    return {
      kind: paid.trade_state === 'SUCCESS' ? 'paid' : failed ? 'failed' : 'other',
      order: withDashes(paid.out_trade_no),
      reference: paid.transaction_id,
      cents: paid.amount.total,
      currency: paid.amount.currency,
    }
  }

  #decrypt(resource: z.output<typeof envelope>['resource']): string {
    const sealed = Buffer.from(resource.ciphertext, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#options.apiKey, resource.nonce)
    decipher.setAAD(Buffer.from(resource.associated_data))
    decipher.setAuthTag(sealed.subarray(-16))
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString()
  }

  #authorization(method: string, path: string, body: string): string {
    const { merchantId, serial, privateKey } = this.#options
    const stamp = Math.floor(Date.now() / 1000)
    const nonce = randomBytes(16).toString('hex')
    const signature = createSign('RSA-SHA256')
      .update(`${method}\n${path}\n${stamp}\n${nonce}\n${body}\n`)
      .sign(privateKey, 'base64')
    const parts = {
      mchid: merchantId,
      nonce_str: nonce,
      signature,
      timestamp: stamp,
      serial_no: serial,
    }
    const list = Object.entries(parts).map(([name, value]) => `${name}="${value}"`)
    return `WECHATPAY2-SHA256-RSA2048 ${list.join(',')}`
  }
}

function withDashes(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
