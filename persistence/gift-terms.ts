/** What rooms and the gift settler say to each other. */

/** What a room asks with `settle: { by: 'gift' }`. */
export interface GiftRequest {
  readonly gift: string
  /** From 1 to 1000. */
  readonly count: number
  /** User id of the streamer. */
  readonly to: string
}

/** The verdict's value: coins, after this gift. */
export interface GiftSettled {
  readonly price: number
  readonly amount: number
  readonly streamerAmount: number
  readonly platformAmount: number
  readonly balance: number
  readonly spentToday: number
}

const transferId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A UUIDv7 in its one canonical spelling: Postgres would take others for the same. */
export function isTransferId(id: string): boolean {
  return transferId.test(id)
}
