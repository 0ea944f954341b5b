/** Snapshots and journal entries as bytes: MessagePack that keeps Map, Set and undefined. */

import { Packr } from 'msgpackr'

// Plain msgpackr turns Map into an object and Set into an array; structured clone restores both.
const packr = new Packr({ structuredClone: true, useRecords: true, moreTypes: true })

/** Encodes at once, so the value may change afterwards. Never for bytes from outside. */
export function encodeState(value: unknown): Uint8Array {
  return Uint8Array.from(packr.pack(value))
}

export function decodeState<T>(bytes: Uint8Array): T {
  return packr.unpack(bytes) as T
}
