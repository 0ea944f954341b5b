/** Reads MessagePack of strangers: one pass, bounded before anything is built. */

/** Bounds of one frame. `items` counts every value, also those inside others. */
export interface ReadLimits {
  readonly depth: number
  readonly items: number
}

export const commandLimits: ReadLimits = { depth: 8, items: 256 }

/** The bytes are not what a client may send. The message tells a developer where and why. */
export class UnreadableError extends Error {
  constructor(reason: string, at: number) {
    super(`${reason} at byte ${at}`)
    this.name = 'UnreadableError'
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The value in `bytes` from `start`. Throws UnreadableError for truncated or trailing bytes, deep or
 * wide nesting, extensions, invalid UTF-8, integers beyond 2^53 and keys that are no plain strings.
 *
 * The stock Colyseus client for JavaScript writes objects as msgpackr records and `undefined` as an
 * extension. msgpackr's own reader compiles record definitions into functions, so it never sees a
 * stranger's bytes: records are read here as the maps that they are, within the same bounds.
 */
export function readStrict(
  bytes: Uint8Array,
  start = 0,
  limits: ReadLimits = commandLimits,
): unknown {
  const reader = new StrictReader(bytes, start, limits)
  const value = reader.value(1)
  if (reader.at !== bytes.length) throw new UnreadableError('trailing bytes', reader.at)
  return value
}

class StrictReader {
  at: number
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #depth: number
  #items: number
  /** Record definitions of this frame by their id byte, 0x40–0x7f. */
  #records: Map<number, readonly string[]> | undefined

  constructor(bytes: Uint8Array, start: number, limits: ReadLimits) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = start
    this.#depth = limits.depth
    this.#items = limits.items
  }

  value(depth: number): unknown {
    this.#items -= 1
    if (this.#items < 0) throw this.#fail('too many values')
    const byte = this.#byte()
    if (byte < 0x80) {
      const keys = byte >= 0x40 ? this.#records?.get(byte) : undefined
      return keys ? this.#record(keys, depth) : byte
    }
    if (byte < 0x90) return this.#map(byte & 0x0f, depth)
    if (byte < 0xa0) return this.#array(byte & 0x0f, depth)
    if (byte < 0xc0) return this.#text(byte & 0x1f)
    if (byte >= 0xe0) return byte - 0x100
    return this.#tagged(byte, depth)
  }

  #tagged(byte: number, depth: number): unknown {
    switch (byte) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return this.#take(this.#uint(1)).slice()
      case 0xc5:
        return this.#take(this.#uint(2)).slice()
      case 0xc6:
        return this.#take(this.#uint(4)).slice()
      case 0xca:
        return this.#view.getFloat32(this.#skip(4))
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8))
      case 0xcc:
        return this.#uint(1)
      case 0xcd:
        return this.#uint(2)
      case 0xce:
        return this.#uint(4)
      case 0xcf:
        return this.#safe(this.#view.getBigUint64(this.#skip(8)))
      case 0xd0:
        return this.#view.getInt8(this.#skip(1))
      case 0xd1:
        return this.#view.getInt16(this.#skip(2))
      case 0xd2:
        return this.#view.getInt32(this.#skip(4))
      case 0xd3:
        return this.#safe(this.#view.getBigInt64(this.#skip(8)))
      case 0xd4:
        return this.#extension(depth)
      case 0xd9:
        return this.#text(this.#uint(1))
      case 0xda:
        return this.#text(this.#uint(2))
      case 0xdb:
        return this.#text(this.#uint(4))
      case 0xdc:
        return this.#array(this.#uint(2), depth)
      case 0xdd:
        return this.#array(this.#uint(4), depth)
      case 0xde:
        return this.#map(this.#uint(2), depth)
      case 0xdf:
        return this.#map(this.#uint(4), depth)
      default:
        throw this.#fail('an extension')
    }
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, depth)
    const array: unknown[] = []
    for (let index = 0; index < length; index += 1) array.push(this.value(depth + 1))
    return array
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#enter(length, depth)
    const map: Record<string, unknown> = {}
    for (let index = 0; index < length; index += 1) {
      this.#put(map, this.#key(), this.value(depth + 1))
    }
    return map
  }

  #record(keys: readonly string[], depth: number): Record<string, unknown> {
    this.#enter(keys.length, depth)
    const map: Record<string, unknown> = {}
    for (const key of keys) this.#put(map, key, this.value(depth + 1))
    return map
  }

  /** `d4 00 00` is undefined; `d4 72 <id>` defines a record and is its first use. */
  #extension(depth: number): unknown {
    const type = this.#byte()
    const data = this.#byte()
    if (type === 0 && data === 0) return undefined
    if (type !== 0x72 || data < 0x40 || data > 0x7f) throw this.#fail('an extension')
    const keys = this.#keys()
    this.#records ??= new Map()
    this.#records.set(data, keys)
    return this.#record(keys, depth)
  }

  #keys(): string[] {
    const byte = this.#byte()
    const length = byte === 0xdc ? this.#uint(2) : (byte & 0xf0) === 0x90 ? byte & 0x0f : -1
    if (length < 0) throw this.#fail('a record without keys')
    if (length > this.#items) throw this.#fail('too many values')
    const keys: string[] = []
    for (let index = 0; index < length; index += 1) keys.push(this.#key())
    return keys
  }

  #key(): string {
    const byte = this.#byte()
    if (byte >= 0xa0 && byte < 0xc0) return this.#text(byte & 0x1f)
    if (byte === 0xd9) return this.#text(this.#uint(1))
    throw this.#fail('a key that is no short string')
  }

  #put(map: Record<string, unknown>, key: string, value: unknown): void {
    if (key === '__proto__' || Object.hasOwn(map, key)) throw this.#fail('a key that may not be')
    if (value !== undefined) map[key] = value
  }

  /** Refuses before a single value inside is looked at. */
  #enter(length: number, depth: number): void {
    if (depth >= this.#depth) throw this.#fail('nesting too deep')
    if (length > this.#items) throw this.#fail('too many values')
  }

  #text(length: number): string {
    const bytes = this.#take(length)
    if (length < 24) {
      let text = ''
      for (const byte of bytes) {
        if (byte >= 0x80) return this.#decode(bytes)
        text += String.fromCharCode(byte)
      }
      return text
    }
    return this.#decode(bytes)
  }

  #decode(bytes: Uint8Array): string {
    try {
      return utf8.decode(bytes)
    } catch {
      throw this.#fail('invalid UTF-8')
    }
  }

  #safe(value: bigint): number {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw this.#fail('an integer beyond 2^53')
    return number
  }

  #uint(width: 1 | 2 | 4): number {
    const at = this.#skip(width)
    if (width === 1) return this.#view.getUint8(at)
    return width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  #take(length: number): Uint8Array {
    const at = this.#skip(length)
    return this.#bytes.subarray(at, at + length)
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)]!
  }

  /** Moves past `length` bytes and tells where they begin. */
  #skip(length: number): number {
    const at = this.at
    if (length > this.#bytes.length - at) throw this.#fail('cut off')
    this.at = at + length
    return at
  }

  #fail(reason: string): UnreadableError {
    return new UnreadableError(reason, this.at)
  }
}
