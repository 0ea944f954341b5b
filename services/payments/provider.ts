/** The port to licensed payment providers: they take the money, we are told and believe only signatures. */

import { RoomError } from '../../engine/kernel/room-error.ts'

/** An order as a provider sees it. */
export interface Order {
  /** UUIDv7; ours and the provider's name for it. */
  readonly id: string
  readonly coins: number
  /** In cents of CNY. */
  readonly cents: number
  /** ms since 1970. */
  readonly createdAt: number
  readonly expiresAt: number
}

export interface CheckoutContext {
  /** Our public address, without a slash at the end. */
  readonly origin: string
  /** Where the provider tells us what became of the order. */
  readonly webhookUrl: string
  /** Where the payer goes afterwards. */
  readonly returnUrl: string
  readonly ip: string
  /** True for a phone's browser. */
  readonly mobile: boolean
}

/** A request of a provider to our webhook, with the bytes that its signature covers. */
export interface Delivery {
  readonly headers: Headers
  readonly body: Uint8Array
  /** ms since 1970. */
  readonly now: number
}

/** What a genuine delivery says. */
export interface PaymentNotice {
  /** `other`: genuine, but nothing that concerns an order. */
  readonly kind: 'paid' | 'failed' | 'other'
  readonly order: string
  /** The provider's name of the payment. */
  readonly reference: string
  readonly cents: number
  readonly currency: string
  /** Refuses a second delivery with it. Only providers that never repeat a delivery give one. */
  readonly nonce?: string
}

/** What the provider wants to hear when a notice was taken. */
export interface Acknowledgement {
  readonly status: number
  readonly type: string
  readonly body: string
}

export interface PaymentProvider {
  readonly name: string
  /** Where the payer pays. Throws `payment.unavailable`. */
  checkout(order: Order, context: CheckoutContext): Promise<string>
  /** Throws `webhook.signature`, `webhook.stale` or `webhook.malformed`; nothing else is believed. */
  read(delivery: Delivery): Promise<PaymentNotice>
  readonly acknowledgement: Acknowledgement
}

/** How old a signed delivery may be, either way. */
export const webhookToleranceMs = 5 * 60_000

export function badSignature(cause?: unknown): RoomError {
  return new RoomError('webhook.signature', 'The signature does not match.', { cause })
}

export function malformedDelivery(cause?: unknown): RoomError {
  return new RoomError('webhook.malformed', 'The delivery cannot be read.', { cause })
}

/** Throws `webhook.stale` unless the delivery was signed within the last five minutes. */
export function requireFresh(signedAt: number, now: number): void {
  if (Number.isFinite(signedAt) && Math.abs(now - signedAt) <= webhookToleranceMs) return
  throw new RoomError('webhook.stale', 'The delivery is too old; check the clocks.')
}

/** Throws `payment.unavailable`: the provider did not take the order. */
export function unavailable(provider: string, cause?: unknown): RoomError {
  return new RoomError('payment.unavailable', `${provider} does not answer; try again later.`, {
    retry: 'retry',
    cause,
  })
}

/** HTTP to a provider; a test gives its own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
