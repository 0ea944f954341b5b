/** Bytes as they lie in the database: a byte that names the coding, then raw or zstd. */

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const raw = 0
const zstd = 1
/** Below this, compressing costs more than it saves. */
const worthIt = 4_096

const params = { [constants.ZSTD_c_compressionLevel]: 1 }

export function pack(bytes: Uint8Array): Buffer {
  if (bytes.length < worthIt) return Buffer.concat([Buffer.of(raw), bytes])
  return Buffer.concat([Buffer.of(zstd), zstdCompressSync(bytes, { params })])
}

/** Throws RangeError for bytes of a later version. */
export function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === raw) return bytes.subarray(1)
  if (bytes[0] === zstd) return zstdDecompressSync(bytes.subarray(1))
  throw new RangeError(`unknown coding ${bytes[0]} of stored bytes`)
}
