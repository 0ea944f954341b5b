/** Short random names for things that people and URLs carry. */

import { randomFillSync } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Asking the system for a few bytes costs as much as asking for many: 2 µs. */
const pool = Buffer.alloc(4_096)
let poolAt = pool.length

/** `length` (at most 4,096) characters of lower-case Crockford base32, 5 random bits each. */
export function randomBase32(length: number): string {
  if (poolAt + length > pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  let text = ''
  for (const end = poolAt + length; poolAt < end; poolAt += 1) text += alphabet[pool[poolAt]! & 31]
  return text
}

/** A user's id: `u_` and 60 random bits. */
export function newUserId(): string {
  return `u_${randomBase32(12)}`
}

/** A live room's id: 50 random bits; its room key is `live_<id>`. */
export function newLiveId(): string {
  return randomBase32(10)
}
