/** Command ids: UUIDv7 (RFC 9562 §5.7) in the server's time, so that its memory of them can be bounded. */

import { V7Generator } from 'uuidv7'

/** A clock that steps back by less than this keeps ids in order, ms. */
const rollbackMs = 10_000

/** Makes ids in ascending order. A device's clock may be wrong by hours: `sync` learns by how much. */
export class CommandIds {
  readonly #generator = new V7Generator()
  readonly #now: () => number
  #offset = 0

  /** `now` is the device's clock, ms since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Takes the server's clock, as the welcome tells it. */
  sync(serverNow: number): void {
    this.#offset = serverNow - this.#now()
  }

  /** The server's time as far as known, ms since 1970. */
  now(): number {
    return this.#now() + this.#offset
  }

  next(): string {
    return this.#generator.generateOrResetCore(Math.max(1, this.now()), rollbackMs).toString()
  }
}

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The time inside an id, ms since 1970; undefined where it is no UUIDv7 in lower case. */
export function idTime(id: string): number | undefined {
  return uuidV7.test(id) ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined
}
