/** Remembers for a minute which rooms exist, so that a storm of viewers does not ask the database for each. */

import type { Soon } from '../../engine/kernel/soon.ts'

export interface KnownRoomsOptions {
  /** Rejects where there is no such room. */
  readonly find: (id: string) => Promise<unknown>
  /** Monotonic ms. */
  readonly now: () => number
}

const rememberMs = 60_000
const mostRemembered = 10_000

export class KnownRooms {
  readonly #options: KnownRoomsOptions
  readonly #found = new Map<
    string,
    { readonly at: number; finding: Promise<unknown> | undefined }
  >()

  constructor(options: KnownRoomsOptions) {
    this.#options = options
  }

  /** Rejects as `find` does; a refusal is remembered for nobody but those who asked meanwhile. */
  check(id: string): Soon<unknown> {
    const known = this.#found.get(id)
    if (known && this.#options.now() < known.at + rememberMs) return known.finding
    return this.#find(id)
  }

  #find(id: string): Promise<unknown> {
    const { find, now } = this.#options
    const finding = find(id)
    const known: { at: number; finding: Promise<unknown> | undefined } = { at: now(), finding }
    if (this.#found.size >= mostRemembered) this.#found.clear()
    this.#found.set(id, known)
    finding.then(
      () => (known.finding = undefined),
      () => this.#found.delete(id),
    )
    return finding
  }
}
