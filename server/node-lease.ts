/** Keeps this node's lease: takes it, follows its loss, and takes a new one as another incarnation. */

import { randomUUID } from 'node:crypto'
import { RoomError } from '../engine/kernel/room-error.ts'
import type { Owner } from '../engine/kernel/journal.ts'
import type { ClockMeasure } from '../engine/runtime/shared-clock.ts'
import { Lease, type LeaseStore } from '../persistence/lease.ts'
import type { Logger } from './logger.ts'

const retryMs = 500

export interface NodeLeaseOptions {
  readonly store: LeaseStore
  readonly node: string
  readonly log: Logger
  /** Milliseconds a lease holds without a beat; the lease's own default where nobody says. */
  readonly ttlMs?: number
  /** Told what the store's clock shows. */
  readonly measured: (measure: ClockMeasure) => void
  /** Another process lives under this node's name: this one leads nothing any more and should end. */
  readonly taken: (error: RoomError) => void
  /** Called in the turn in which it changes; undefined: this node may lead nothing. */
  readonly own: (owner: Owner | undefined) => void
}

/** Beats and the margin of a short lease are short in proportion: one lost beat must not end it. */
export function leaseTimes(ttlMs: number): { ttlMs: number; beatMs: number; marginMs: number } {
  return { ttlMs, beatMs: Math.min(1_000, ttlMs / 4), marginMs: Math.min(500, ttlMs / 8) }
}

export class NodeLease {
  readonly #options: NodeLeaseOptions
  #lease: Lease | undefined
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: NodeLeaseOptions) {
    this.#options = options
  }

  get held(): boolean {
    return this.#lease?.held ?? false
  }

  /** Throws RoomError `node.taken` where another process lives under this node's name. */
  async start(): Promise<void> {
    const { store, node, own } = this.#options
    const owner = { node, incarnation: randomUUID() }
    const lease = new Lease(store, owner, {
      ...(this.#options.ttlMs !== undefined && leaseTimes(this.#options.ttlMs)),
      measured: this.#options.measured,
      onLost: (error) => this.#lost(lease, error),
    })
    this.#lease = lease
    await lease.start()
    if (!this.#stopped) own(owner)
  }

  /** Gives it up; others may take this node's rooms at once. Close them first. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    await this.#lease?.stop()
  }

  #lost(lease: Lease, error: unknown): void {
    if (this.#stopped || this.#lease !== lease) return
    this.#options.own(undefined)
    this.#options.log.error(
      { err: error },
      'the lease of this node is lost; its rooms are given up',
    )
    this.#again()
  }

  #taken(error: RoomError): void {
    this.#options.log.fatal({ err: error }, error.message)
    this.#options.taken(error)
  }

  #again(takenBefore = false): void {
    this.#retry = setTimeout(() => {
      this.start().then(
        () => this.#options.log.info('this node has a lease again'),
        (error: unknown) => {
          if (this.#stopped) return
          const taken = error instanceof RoomError && error.code === 'node.taken'
          // The first time it may have been the lease that this process had, seen by a slow store.
          if (taken && takenBefore) return this.#taken(error)
          this.#again(taken)
        },
      )
    }, retryMs)
  }
}
