/** What the checker judges by: what clients wrote down themselves, and rows of the database. */

/** One line of a client's own log. `t` is ms of the machine's monotonic clock. */
export type Entry =
  /** Coins that the client paid for. */
  | { readonly t: number; readonly k: 'topup'; readonly coins: number }
  | { readonly t: number; readonly k: 'offer'; readonly id: string; readonly amount: number }
  /** May come again for one id: the same question asked twice. */
  | { readonly t: number; readonly k: 'ack'; readonly id: string; readonly answer: string }
  /** Told that it did not happen and will not. */
  | { readonly t: number; readonly k: 'refuse'; readonly id: string; readonly code: string }
  | {
      readonly t: number
      readonly k: 'see'
      readonly epoch: number
      readonly seq: number
      readonly type: string
      /** Command id of a gift. */
      readonly id: string | undefined
      readonly amount: number | undefined
    }
  /** After a reconnect; `gap`: it was told that events are missing, and got a fresh view. */
  | { readonly t: number; readonly k: 'recovered'; readonly gap: boolean }
  | { readonly t: number; readonly k: 'status'; readonly status: string }
  /** From here on its log of seen events may stop: it left, or its last connection is gone. */
  | { readonly t: number; readonly k: 'left' }

export interface ClientLog {
  readonly name: string
  readonly user: string
  readonly entries: readonly Entry[]
}

export interface GiftRow {
  readonly seq: number
  readonly epoch: number
  readonly id: string
  readonly user: string
  readonly amount: number
}

export interface TransferRow {
  readonly id: string
  readonly user: string
  readonly amount: number
}

export interface LegRow {
  readonly transfer: string
  readonly leg: number
  readonly account: number
  readonly amount: number
}

export interface AccountRow {
  readonly id: number
  readonly kind: string
  readonly owner: string
  readonly balance: number
  /** Sum of the account's entries. */
  readonly entries: number
}

/** In the order in which they were written. */
export interface JournalRow {
  readonly epoch: number
  readonly firstSeq: number
  readonly lastSeq: number
}

/** One room's rows, and all accounts. */
export interface DatabaseFacts {
  readonly gifts: readonly GiftRow[]
  readonly transfers: readonly TransferRow[]
  readonly legs: readonly LegRow[]
  readonly accounts: readonly AccountRow[]
  readonly journal: readonly JournalRow[]
  readonly room: { readonly epoch: number; readonly lastSeq: number }
}

export interface Evidence {
  readonly clients: readonly ClientLog[]
  readonly database: DatabaseFacts
  /** Gifts that the database itself acknowledged and lost: nobody can keep them. */
  readonly lost?: ReadonlySet<string> | undefined
  /** When the last fault was over, on the clients' clock. */
  readonly healedAt: number
  /** Within so many ms after that everything must have an outcome; Infinity judges the outcome alone. */
  readonly settleMs: number
}

/** A client's entries of one kind. */
export function of<K extends Entry['k']>(
  { entries }: ClientLog,
  k: K,
): readonly Extract<Entry, { k: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { k: K }> => entry.k === k)
}
