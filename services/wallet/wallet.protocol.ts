/** A user's coins. */

export interface Wallet {
  /** In coins, as all amounts. */
  readonly balance: number
  readonly spentToday: number
  readonly dailyLimit: number
  /** From gifts received. */
  readonly earnings: { readonly available: number; readonly total: number }
}

export interface WalletEntry {
  /** Of the transfer. */
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  /** `topup`, `gift`, `earning` … */
  readonly kind: string
  /** Signed. */
  readonly amount: number
  /** What explains the line, by kind. */
  readonly memo: WalletMemo
}

export interface WalletMemo {
  /** Of a top-up. */
  readonly provider?: string
  readonly cents?: number
  /** Of a gift sent or received. */
  readonly gift?: string
  readonly giftName?: { readonly zh: string; readonly en: string }
  readonly count?: number
  /** Room key, and the title of the live room. */
  readonly room?: string
  readonly title?: string
  /** The other side of it. */
  readonly user?: { readonly id: string; readonly displayName: string }
}

export interface WalletPage {
  readonly items: readonly WalletEntry[]
  readonly next?: string
}

export interface GiftSku {
  readonly id: string
  /** In coins. */
  readonly price: number
  readonly tier: 1 | 2 | 3 | 4
  readonly name: { readonly zh: string; readonly en: string }
}
