/**
 * HMAC-SHA256 (RFC 2104) of short texts, by the one-shot hash: `createHmac` makes three objects for each,
 * which cost several times what the hash does.
 */

import { hash } from 'node:crypto'

/** Bytes of a block of SHA-256: a key of this length is used as it is. */
const blockLength = 64
const digestLength = 32

export class TextMac {
  readonly #inner: string
  /** The outer pad, and room for the inner digest. */
  readonly #outer = Buffer.alloc(blockLength + digestLength)

  /** `key`: 64 ASCII characters, so that it and its pads are texts of one block. */
  constructor(key: string) {
    if (!/^[\0-\x7f]{64}$/.test(key)) throw new TypeError('a key is 64 ASCII characters')
    this.#inner = padded(key, 0x36)
    this.#outer.write(padded(key, 0x5c), 'latin1')
  }

  /** Of the text's UTF-8, in base64url. */
  of(text: string): string {
    this.#outer.write(hash('sha256', this.#inner + text, 'binary'), blockLength, 'latin1')
    return hash('sha256', this.#outer, 'base64url')
  }

  /** Whether `mac` is the text's; takes as long wherever it differs. */
  verifies(text: string, mac: string): boolean {
    const own = this.of(text)
    if (mac.length !== own.length) return false
    let difference = 0
    for (let index = 0; index < own.length; index += 1)
      difference |= own.charCodeAt(index) ^ mac.charCodeAt(index)
    return difference === 0
  }
}

function padded(key: string, pad: number): string {
  return String.fromCharCode(...Array.from(key, (char) => char.charCodeAt(0) ^ pad))
}
