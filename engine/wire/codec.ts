/** MessagePack as every part of the platform writes it: plain maps, no records, no undefined. */

import { Packr, RESERVE_START_SPACE } from 'msgpackr'

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true })

/** Encodes plain data. `undefined` becomes nil, so that readers without extensions understand it. */
export function encode(value: unknown): Uint8Array {
  return packr.pack(value)
}

/** Encodes plain data behind `space` bytes (< 2048) that the caller fills in. */
export function encodeAfter(space: number, value: unknown): Uint8Array {
  return packr.pack(value, RESERVE_START_SPACE | space)
}

/** Decodes bytes of a trusted sender; throws on garbage. Bytes of clients go through `readStrict`. */
export function decode(bytes: Uint8Array): unknown {
  return packr.unpack(bytes)
}
