/** Topping up coins through a payment provider. */

export type TopUpState = 'pending' | 'credited' | 'failed' | 'expired'

export interface TopUp {
  /** UUIDv7 of the client: the same id starts one top-up, however often it is sent. */
  readonly id: string
  readonly coins: number
  /** In cents of CNY. */
  readonly cents: number
  readonly state: TopUpState
  /** Where the payer pays. */
  readonly checkoutUrl: string
}

/** 1 coin costs 0.10 CNY. */
export const centsPerCoin = 10

/** Coins of one top-up. */
export const topUpLimits = { min: 10, max: 100_000 } as const
