/** Leases in memory, for tests and simulations. */

import type { Owner } from '../engine/kernel/journal.ts'
import type { LeaseStore } from './lease.ts'

export class MemoryLeaseStore implements LeaseStore {
  readonly #clock: () => number
  readonly #leases = new Map<string, { incarnation: string; until: number }>()

  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  async beat(
    { node, incarnation }: Owner,
    ttlMs: number,
    renew: boolean,
  ): Promise<number | undefined> {
    const lease = this.#leases.get(node)
    const mine = lease?.incarnation === incarnation
    const free = !lease || lease.until <= this.#clock()
    if (!mine && (renew || !free)) return undefined
    this.#leases.set(node, { incarnation, until: this.#clock() + ttlMs })
    return this.#clock()
  }

  async end({ node, incarnation }: Owner): Promise<void> {
    if (this.#leases.get(node)?.incarnation === incarnation) this.#leases.delete(node)
  }

  async alive({ node, incarnation }: Owner): Promise<boolean> {
    const lease = this.#leases.get(node)
    return lease?.incarnation === incarnation && lease.until > this.#clock()
  }
}
