/** The schema as types: each store adds its tables by declaration merging. */

import type { Kysely, Transaction } from 'kysely'

/**
 * `declare module '../persistence/tables.ts' { interface Tables { gift_sku: GiftSkuTable } }`
 * adds a table. Column types as both drivers give them: int8 is a number (an unsafe one is refused),
 * numeric a string, timestamptz a Date, date a string `YYYY-MM-DD`, bytea a Uint8Array, jsonb parsed.
 */
export interface Tables {}

export type Db = Kysely<Tables>

/** Its queries may be issued without awaiting each other: they share one round trip, in order. */
export type Tx = Transaction<Tables>

/** A statement that is to be run; `$1` … are `values`, of kinds that every driver can encode. */
export interface Write {
  readonly text: string
  readonly values: readonly (string | number | boolean | Date | Uint8Array | null)[]
}
