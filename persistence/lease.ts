/** The lease of a process that owns rooms: what tells others that it is dead, and itself that it must stop. */

import { performance } from 'node:perf_hooks'
import type { Owner } from '../engine/kernel/journal.ts'
import { RoomError } from '../engine/kernel/room-error.ts'

/** Where leases are kept. Times are of one clock, that of the store. */
export interface LeaseStore {
  /**
   * Takes or renews the lease of `owner.node` for `ttlMs` and tells the store's time, ms since 1970.
   * Undefined: another incarnation of the node has it and is not over, or (when renewing) has replaced
   * this one.
   */
  beat(owner: Owner, ttlMs: number, renew: boolean): Promise<number | undefined>
  /** Gives it up, if it is still this incarnation's. */
  end(owner: Owner): Promise<void>
  /** Whether an incarnation holds its lease now. */
  alive(owner: Owner): Promise<boolean>
}

export interface LeaseOptions {
  /** Milliseconds a lease holds without a beat. */
  readonly ttlMs?: number
  readonly beatMs?: number
  /** Milliseconds before the end at which the holder stops by itself. */
  readonly marginMs?: number
  /** Called once when the lease can no longer be relied on: stop leading, then start anew as another incarnation. */
  readonly onLost: (error: RoomError) => void
  /** Told with every beat that held what the store's clock shows; `sent` and `received` are of `clock`. */
  readonly measured?: (measure: { sent: number; received: number; time: number }) => void
  /** Monotonic milliseconds. */
  readonly clock?: () => number
  /** Runs a task after so many ms; the result cancels it. */
  readonly after?: (ms: number, task: () => void) => () => void
}

/** Beats under way at once: one without an answer holds up none, and few take no connections from all else. */
const mostBeats = 3

/**
 * Counts its time from before each beat is sent and on a monotonic clock, so it stops leading before
 * anybody else may think it dead: also after a pause, a partition or a jump of the wall clock.
 */
export class Lease {
  readonly owner: Owner
  readonly #store: LeaseStore
  readonly #options: Required<LeaseOptions>
  #until = -Infinity
  #cancelBeat: (() => void) | undefined
  #cancelExpiry: (() => void) | undefined
  #beating = 0
  #state: 'new' | 'held' | 'over' = 'new'

  constructor(store: LeaseStore, owner: Owner, options: LeaseOptions) {
    this.#store = store
    this.owner = owner
    const monotonic = () => performance.now()
    const times = { ttlMs: 4_000, beatMs: 1_000, marginMs: 500 }
    const measured = () => undefined
    this.#options = { ...times, measured, clock: monotonic, after: hostTimer, ...options }
  }

  /** True while this process may lead rooms. Ask it right before acting. */
  get held(): boolean {
    return this.#state === 'held' && this.#options.clock() < this.#until
  }

  /**
   * Takes the lease, waiting for the end of a former incarnation of the same node for as long as a
   * lease holds. Throws RoomError `node.taken` when that one lives on, and `node.lost` when the store
   * answers too late for any lease.
   */
  async start(): Promise<void> {
    const { ttlMs, beatMs, marginMs, clock, after } = this.#options
    const patience = ttlMs + beatMs
    const worthMs = ttlMs - marginMs
    const began = clock()
    let refused: number | undefined
    for (;;) {
      const sent = clock()
      const held = await this.#within(worthMs, this.#beat(false))
      // An answer that came too late is none: others may have the lease by now, and whoever had it may be gone.
      const slow = held === undefined || clock() >= sent + worthMs
      if (held && !slow) break
      if (slow) {
        if (clock() > began + patience) throw late()
      } else if (clock() > (refused ??= sent) + patience) throw this.#taken()
      await new Promise<void>((resolve) => void after(beatMs / 4, resolve))
    }
    this.#state = 'held'
    this.#schedule()
  }

  /** Gives the lease up, so that others need not wait for its end. */
  async stop(): Promise<void> {
    const held = this.#state === 'held'
    this.#over()
    if (held) await this.#store.end(this.owner)
  }

  #schedule(): void {
    const { beatMs, clock, after } = this.#options
    const beat = () => {
      this.#cancelBeat = after(beatMs, beat)
      if (this.#beating < mostBeats) void this.#renew()
    }
    this.#cancelBeat = after(beatMs, beat)
    const watch = () => {
      const left = this.#until - clock()
      if (left <= 0) this.#lose(late())
      else this.#cancelExpiry = after(left, watch)
    }
    watch()
  }

  async #renew(): Promise<void> {
    this.#beating += 1
    try {
      // One whose time is up must not come back: rooms may have been taken meanwhile.
      if (this.#options.clock() >= this.#until) return this.#lose(late())
      if (!(await this.#beat(true)) && this.#state === 'held') this.#lose(this.#taken())
    } catch {
      // The store cannot be reached: the next beat tries again, until the lease runs out.
    } finally {
      this.#beating -= 1
    }
  }

  async #beat(renew: boolean): Promise<boolean> {
    const { ttlMs, marginMs, clock, measured } = this.#options
    const sent = clock()
    const time = await this.#store.beat(this.owner, ttlMs, renew)
    if (time === undefined) return false
    // A late answer takes nothing back that a later beat was given.
    this.#until = Math.max(this.#until, sent + ttlMs - marginMs)
    measured({ sent, received: clock(), time })
    return true
  }

  /** Undefined where the answer takes longer; it may still come. */
  async #within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
    let cancel!: () => void
    const late = new Promise<undefined>((resolve) => {
      cancel = this.#options.after(ms, () => resolve(undefined))
    })
    return Promise.race([answer, late]).finally(() => cancel())
  }

  #lose(error: RoomError): void {
    if (this.#state !== 'held') return
    this.#over()
    this.#options.onLost(error)
  }

  #over(): void {
    this.#state = 'over'
    this.#cancelBeat?.()
    this.#cancelExpiry?.()
  }

  #taken(): RoomError {
    return new RoomError(
      'node.taken',
      `Another process runs as node ${this.owner.node}. Give each its own PLAZA_NODE_ID.`,
      { data: { node: this.owner.node } },
    )
  }
}

function late(): RoomError {
  return new RoomError('node.lost', 'The lease could not be renewed in time.')
}

function hostTimer(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}
