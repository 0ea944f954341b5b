/** Counts of durations in buckets of at most 1.6 % width, which can be added up over threads. */

/** Buckets a power of two; below so many microseconds every value has its own. */
const parts = 64
const partBits = 6
/** 2^31 µs, 36 minutes; what is longer counts as that. */
const mostMicros = 2 ** 31 - 1
const size = (31 - partBits + 1) * parts

export class Histogram {
  readonly #buckets: Float64Array
  #most = 0

  /** `buckets` is what another one's `buckets` gave. */
  constructor(buckets?: Float64Array) {
    this.#buckets = buckets ? Float64Array.from(buckets) : new Float64Array(size)
    for (let index = size - 1; index >= 0 && !this.#most; index -= 1)
      if (this.#buckets[index]) this.#most = micros(index)
  }

  /** What a message between threads carries. */
  get buckets(): Float64Array {
    return this.#buckets
  }

  get count(): number {
    return this.#buckets.reduce((sum, count) => sum + count, 0)
  }

  /** The longest, ms; after a transfer as its bucket. 0 where nothing was recorded. */
  get max(): number {
    return this.#most / 1_000
  }

  /** Negative durations, which clocks of two machines can give, count as none. */
  record(ms: number): void {
    const value = ms <= 0 ? 0 : Math.min(mostMicros, Math.round(ms * 1_000))
    if (value > this.#most) this.#most = value
    this.#buckets[bucketOf(value)]! += 1
  }

  add(other: Histogram): void {
    for (let index = 0; index < size; index += 1) this.#buckets[index]! += other.#buckets[index]!
    this.#most = Math.max(this.#most, other.#most)
  }

  /** The value that `share` (0–1) of all recorded ones do not exceed, ms; NaN where there is none. */
  percentile(share: number): number {
    const { count } = this
    if (!count) return NaN
    const rank = Math.max(1, Math.ceil(share * count))
    let seen = 0
    for (let index = 0; index < size; index += 1) {
      seen += this.#buckets[index]!
      if (seen >= rank) return Math.min(micros(index), this.#most) / 1_000
    }
    return this.max
  }
}

function bucketOf(value: number): number {
  if (value < parts) return value
  const exponent = 31 - Math.clz32(value)
  return (exponent - partBits + 1) * parts + ((value >>> (exponent - partBits)) & (parts - 1))
}

/** The largest value of a bucket. */
function micros(index: number): number {
  if (index < parts) return index
  const exponent = Math.floor(index / parts) + partBits - 1
  const part = index % parts
  return (parts + part + 1) * 2 ** (exponent - partBits) - 1
}
