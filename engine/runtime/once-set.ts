/** Remembers what was used, for at least a while and in a bit each. */

/** Two generations: a number is forgotten between one and two `keepMs` after it was taken. */
export class OnceSet {
  readonly #keepMs: number
  #young = new BitPages()
  #old = new BitPages()
  #turnAt = 0

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  /** True the first time, false for every repetition. Numbers that lie close together cost least. */
  take(id: number, now: number): boolean {
    if (now >= this.#turnAt) {
      this.#old = now - this.#turnAt >= this.#keepMs ? new BitPages() : this.#young
      this.#young = new BitPages()
      this.#turnAt = now + this.#keepMs
    }
    return !this.#old.has(id) && this.#young.add(id)
  }
}

const pageBits = 4_096

class BitPages {
  readonly #pages = new Map<number, Uint8Array>()

  has(id: number): boolean {
    const page = this.#pages.get(Math.floor(id / pageBits))
    return page !== undefined && (page[(id % pageBits) >> 3]! & (1 << (id & 7))) !== 0
  }

  /** False where it was there. */
  add(id: number): boolean {
    const number = Math.floor(id / pageBits)
    let page = this.#pages.get(number)
    if (!page) this.#pages.set(number, (page = new Uint8Array(pageBits / 8)))
    const byte = (id % pageBits) >> 3
    const bit = 1 << (id & 7)
    if (page[byte]! & bit) return false
    page[byte]! |= bit
    return true
  }
}
