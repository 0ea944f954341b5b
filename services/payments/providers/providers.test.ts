import assert from 'node:assert/strict'
import {
  createCipheriv,
  createHmac,
  createSign,
  createVerify,
  generateKeyPairSync,
} from 'node:crypto'
import { test } from 'node:test'
import { RoomError } from '../../../engine/kernel/room-error.ts'
import type { CheckoutContext, Delivery, Order, PaymentProvider } from '../provider.ts'
import { AlipayProvider } from './alipay.ts'
import { SandboxProvider } from './sandbox.ts'
import { StripeProvider } from './stripe.ts'
import { WechatProvider } from './wechat.ts'

const now = 1_800_000_000_000
const order: Order = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  coins: 660,
  cents: 6605,
  createdAt: now,
  expiresAt: now + 1_800_000,
}
const context: CheckoutContext = {
  origin: 'https://plaza.example',
  webhookUrl: 'https://plaza.example/api/payments/x/webhook',
  returnUrl: 'https://plaza.example/wallet?topup=1',
  ip: '203.0.113.5',
  mobile: false,
}
const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const [ours, theirs, strangers] = [pair(), pair(), pair()]

async function refusalOf(
  provider: PaymentProvider,
  delivery: Delivery,
): Promise<string | undefined> {
  try {
    await provider.read(delivery)
    return undefined
  } catch (error) {
    assert.ok(error instanceof RoomError, String(error))
    return error.code
  }
}

/** The same delivery with other bytes or headers. */
function changed(
  delivery: Delivery,
  change: { body?: string; headers?: Record<string, string> },
): Delivery {
  const headers = new Headers(delivery.headers)
  for (const [name, value] of Object.entries(change.headers ?? {})) headers.set(name, value)
  return {
    ...delivery,
    headers,
    body: change.body === undefined ? delivery.body : Buffer.from(change.body),
  }
}

const textOf = (delivery: Delivery): string => Buffer.from(delivery.body).toString()

test('[WP4] sandbox: a signed delivery is read, with any change it is refused', async () => {
  const provider = new SandboxProvider(Buffer.alloc(32, 1))
  const delivery = provider.notify('paid', order, now)
  const notice = await provider.read({ ...delivery, now: now + 60_000 })
  assert.deepEqual(
    [notice.kind, notice.order, notice.cents, notice.currency],
    ['paid', order.id, 6605, 'CNY'],
  )
  const signature = delivery.headers.get('plaza-signature')!
  const cheaper = textOf(delivery).replace('6605', '1')
  for (const bad of [
    changed(delivery, { body: cheaper }),
    changed(delivery, { body: `${textOf(delivery)} ` }),
    changed(delivery, {
      headers: { 'plaza-signature': signature.replace(/t=\d+/, `t=${now + 1}`) },
    }),
    changed(delivery, { headers: { 'plaza-signature': '' } }),
    changed(delivery, { headers: { 'plaza-signature': `t=${now},v1=${'0'.repeat(64)}` } }),
    changed(delivery, { headers: { 'plaza-signature': signature.slice(0, -2) } }),
    new SandboxProvider(Buffer.alloc(32, 2)).notify('paid', order, now),
  ])
    assert.equal(await refusalOf(provider, bad), 'webhook.signature')
  assert.equal(await refusalOf(provider, { ...delivery, now: now + 301_000 }), 'webhook.stale')
  assert.equal(await refusalOf(provider, { ...delivery, now: now - 301_000 }), 'webhook.stale')
})

test('[WP10] Stripe: the session is ordered with the exact amount, once per order', async () => {
  const calls: { url: string; init: RequestInit }[] = []
  const provider = new StripeProvider({
    secretKey: 'sk_test_1',
    webhookSecret: 'whsec_1',
    fetch: async (url, init) => {
      calls.push({ url, init })
      return Response.json({ id: 'cs_1', url: 'https://checkout.stripe.com/c/pay/cs_1' })
    },
  })
  assert.equal(await provider.checkout(order, context), 'https://checkout.stripe.com/c/pay/cs_1')
  const { url, init } = calls[0]!
  const form = new URLSearchParams(String(init.body))
  const headers = new Headers(init.headers)
  assert.equal(url, 'https://api.stripe.com/v1/checkout/sessions')
  assert.equal(headers.get('authorization'), 'Bearer sk_test_1')
  assert.equal(headers.get('idempotency-key'), order.id)
  assert.equal(form.get('line_items[0][price_data][unit_amount]'), '6605')
  assert.equal(form.get('client_reference_id'), order.id)
})

test('[WP10] Stripe: only a fresh delivery with a v1 signature of the secret is read', async () => {
  const provider = new StripeProvider({ secretKey: 'sk', webhookSecret: 'whsec_1' })
  const session = {
    id: 'cs_1',
    client_reference_id: order.id,
    amount_total: 6605,
    currency: 'cny',
    payment_status: 'paid',
  }
  const event = (type: string, object: object = session): string =>
    JSON.stringify({ type, data: { object } })
  const signed = (
    body: string,
    options: { secret?: string; at?: number; extra?: string } = {},
  ): Delivery => {
    const t = Math.floor((options.at ?? now) / 1000)
    const v1 = createHmac('sha256', options.secret ?? 'whsec_1')
      .update(`${t}.${body}`)
      .digest('hex')
    const headers = new Headers({ 'stripe-signature': `t=${t},${options.extra ?? ''}v1=${v1}` })
    return { headers, body: Buffer.from(body), now }
  }
  const paid = event('checkout.session.completed')
  assert.deepEqual(await provider.read(signed(paid)), {
    kind: 'paid',
    order: order.id,
    reference: 'cs_1',
    cents: 6605,
    currency: 'CNY',
  })
  const rolled = signed(paid, { extra: `v1=${'ab'.repeat(32)},v0=cd,` })
  assert.equal((await provider.read(rolled)).kind, 'paid')
  assert.equal((await provider.read(signed(event('checkout.session.expired')))).kind, 'failed')
  assert.equal((await provider.read(signed(event('invoice.paid', {})))).kind, 'other')
  const waiting = event('checkout.session.completed', { ...session, payment_status: 'unpaid' })
  assert.equal((await provider.read(signed(waiting))).kind, 'other')
  assert.equal(await refusalOf(provider, signed(paid, { secret: 'whsec_2' })), 'webhook.signature')
  assert.equal(
    await refusalOf(provider, changed(signed(paid), { body: paid.replace('6605', '1') })),
    'webhook.signature',
  )
  assert.equal(await refusalOf(provider, signed(paid, { at: now - 301_000 })), 'webhook.stale')
  assert.equal(
    await refusalOf(provider, { headers: new Headers(), body: Buffer.from(paid), now }),
    'webhook.signature',
  )
  assert.equal(await refusalOf(provider, signed('{"type":1}')), 'webhook.malformed')
  assert.equal(await refusalOf(provider, signed('not json')), 'webhook.malformed')
})

test('[WP10] a provider that does not answer is told as such', async () => {
  const stripe = new StripeProvider({
    secretKey: 'sk',
    webhookSecret: 'w',
    fetch: async () => new Response('no', { status: 500 }),
  })
  await assert.rejects(stripe.checkout(order, context), { code: 'payment.unavailable' })
})

const alipay = new AlipayProvider({
  appId: '2021000000000001',
  privateKey: ours.privateKey,
  publicKey: theirs.publicKey,
  gateway: 'https://openapi.alipay.com/gateway.do',
})
const sortedText = (form: Record<string, string>): string =>
  Object.keys(form)
    .sort()
    .map((name) => `${name}=${form[name]}`)
    .join('&')

test('[WP11] Alipay: the page address carries the exact amount and our RSA2 signature', async () => {
  const url = new URL(await alipay.checkout(order, context))
  const { sign, ...form } = Object.fromEntries(url.searchParams)
  assert.equal(
    createVerify('RSA-SHA256').update(sortedText(form)).verify(ours.publicKey, sign!, 'base64'),
    true,
  )
  assert.equal(form['method'], 'alipay.trade.page.pay')
  assert.equal(form['timestamp'], '2027-01-15 16:00:00')
  const content = JSON.parse(form['biz_content']!)
  assert.deepEqual([content.out_trade_no, content.total_amount], [order.id, '66.05'])
  const phone = new URL(await alipay.checkout(order, { ...context, mobile: true }))
  assert.equal(phone.searchParams.get('method'), 'alipay.trade.wap.pay')
})

test("[WP11] Alipay: only Alipay's signature over every parameter is believed", async () => {
  const notice = {
    app_id: '2021000000000001',
    out_trade_no: order.id,
    trade_no: '2027011522001',
    total_amount: '66.05',
    trade_status: 'TRADE_SUCCESS',
    notify_time: '2027-01-15 16:01:00',
    empty: '',
  }
  const signed = (form: Record<string, string>, key = theirs.privateKey): Delivery => {
    const { empty: _, ...full } = form
    const sign = createSign('RSA-SHA256').update(sortedText(full)).sign(key, 'base64')
    const body = new URLSearchParams({ ...form, sign, sign_type: 'RSA2' }).toString()
    return { headers: new Headers(), body: Buffer.from(body), now }
  }
  assert.deepEqual(await alipay.read(signed(notice)), {
    kind: 'paid',
    order: order.id,
    reference: '2027011522001',
    cents: 6605,
    currency: 'CNY',
  })
  assert.equal(
    (await alipay.read(signed({ ...notice, trade_status: 'TRADE_CLOSED' }))).kind,
    'failed',
  )
  assert.equal(
    (await alipay.read(signed({ ...notice, trade_status: 'WAIT_BUYER_PAY' }))).kind,
    'other',
  )
  assert.equal((await alipay.read(signed({ ...notice, total_amount: '66.5' }))).cents, 6650)
  const good = signed(notice)
  for (const bad of [
    changed(good, { body: textOf(good).replace('66.05', '99.05') }),
    changed(good, { body: `${textOf(good)}&extra=1` }),
    changed(good, { body: textOf(good).replace('sign_type=RSA2', 'sign_type=RSA') }),
    changed(good, { body: textOf(good).replace(/sign=[^&]*/, 'sign=') }),
    signed(notice, strangers.privateKey),
    signed({ ...notice, app_id: '2021000000000002' }),
  ])
    assert.equal(await refusalOf(alipay, bad), 'webhook.signature')
  assert.equal(
    await refusalOf(alipay, signed({ ...notice, total_amount: '66.055' })),
    'webhook.malformed',
  )
})

const apiKey = '0123456789abcdef0123456789abcdef'
const wechat = (fetch?: (url: string, init: RequestInit) => Promise<Response>): WechatProvider =>
  new WechatProvider({
    appId: 'wx1',
    merchantId: '190000',
    serial: 'SER1',
    privateKey: ours.privateKey,
    platformSerial: 'PUB_KEY_ID_1',
    platformKey: theirs.publicKey,
    apiKey,
    ...(fetch ? { fetch } : {}),
  })

test('[WP12] WeChat Pay: the order is signed with our key over method, path, time, nonce and body', async () => {
  const calls: { url: string; init: RequestInit }[] = []
  const provider = wechat(async (url, init) => {
    calls.push({ url, init })
    return Response.json({ h5_url: 'https://wx.tenpay.com/pay?prepay_id=1' })
  })
  const url = await provider.checkout(order, { ...context, mobile: true })
  assert.equal(
    url,
    `https://wx.tenpay.com/pay?prepay_id=1&redirect_url=${encodeURIComponent(context.returnUrl)}`,
  )
  const { init } = calls[0]!
  const authorization = new Headers(init.headers).get('authorization')!
  const parts = Object.fromEntries(
    [...authorization.matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]),
  )
  const text = `POST\n/v3/pay/transactions/h5\n${parts['timestamp']}\n${parts['nonce_str']}\n${String(init.body)}\n`
  assert.equal(
    createVerify('RSA-SHA256').update(text).verify(ours.publicKey, parts['signature']!, 'base64'),
    true,
  )
  assert.equal(JSON.parse(String(init.body)).amount.total, 6605)
})

test('[WP12] WeChat Pay: a notice needs the platform signature, a fresh time and a sealed body for us', async () => {
  const provider = wechat()
  const trade = {
    appid: 'wx1',
    mchid: '190000',
    out_trade_no: order.id.replaceAll('-', ''),
    transaction_id: '4200001',
    trade_state: 'SUCCESS',
    amount: { total: 6605, currency: 'CNY' },
  }
  const seal = (value: object, key = apiKey): string => {
    const cipher = createCipheriv('aes-256-gcm', key, 'nonce1234567').setAAD(
      Buffer.from('transaction'),
    )
    const sealed = Buffer.concat([
      cipher.update(JSON.stringify(value)),
      cipher.final(),
      cipher.getAuthTag(),
    ])
    const resource = {
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: sealed.toString('base64'),
      nonce: 'nonce1234567',
      associated_data: 'transaction',
    }
    return JSON.stringify({ event_type: 'TRANSACTION.SUCCESS', resource })
  }
  const signed = (
    body: string,
    options: { key?: string; at?: number; serial?: string } = {},
  ): Delivery => {
    const stamp = String(Math.floor((options.at ?? now) / 1000))
    const signature = createSign('RSA-SHA256')
      .update(`${stamp}\nabc\n${body}\n`)
      .sign(options.key ?? theirs.privateKey, 'base64')
    const headers = new Headers({
      'wechatpay-timestamp': stamp,
      'wechatpay-nonce': 'abc',
      'wechatpay-signature': signature,
      'wechatpay-serial': options.serial ?? 'PUB_KEY_ID_1',
    })
    return { headers, body: Buffer.from(body), now }
  }
  assert.deepEqual(await provider.read(signed(seal(trade))), {
    kind: 'paid',
    order: order.id,
    reference: '4200001',
    cents: 6605,
    currency: 'CNY',
  })
  assert.equal(
    (await provider.read(signed(seal({ ...trade, trade_state: 'CLOSED' })))).kind,
    'failed',
  )
  const good = signed(seal(trade))
  assert.equal(
    await refusalOf(provider, changed(good, { body: `${textOf(good)} ` })),
    'webhook.signature',
  )
  assert.equal(
    await refusalOf(provider, changed(good, { headers: { 'wechatpay-nonce': 'abd' } })),
    'webhook.signature',
  )
  assert.equal(
    await refusalOf(provider, signed(seal(trade), { key: strangers.privateKey })),
    'webhook.signature',
  )
  assert.equal(
    await refusalOf(provider, signed(seal(trade), { serial: 'OTHER' })),
    'webhook.signature',
  )
  assert.equal(
    await refusalOf(provider, signed(seal(trade), { at: now - 301_000 })),
    'webhook.stale',
  )
  assert.equal(
    await refusalOf(provider, signed(seal(trade, apiKey.replace('0', '1')))),
    'webhook.malformed',
  )
  assert.equal(
    await refusalOf(provider, signed(seal({ ...trade, mchid: '1' }))),
    'webhook.malformed',
  )
  assert.equal(await refusalOf(provider, signed('{}')), 'webhook.malformed')
})
