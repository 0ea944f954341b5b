/** The database: rooms, purses and leases behind row locks; a flush is one transaction in two steps. */

import type { Decided, OpenedRoom, Owner, RoomBatch } from '../../engine/kernel/journal.ts'
import type { Position, RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { decodeState, encodeState } from '../../engine/kernel/snapshot-codec.ts'
import { MemoryLeaseStore } from '../../persistence/memory-lease-store.ts'
import { Bank, type Loaded, type Payment } from './bank.ts'
import type { Bug } from './bugs.ts'
import type { Checker } from './checker.ts'
import { KeptRows } from './kept-rows.ts'
import { RowLocks } from './row-locks.ts'
import { StoreError } from './store-error.ts'
import { epochMs, type VirtualProcess } from './virtual-process.ts'
import type { World } from './world.ts'

/** Milliseconds after which a transaction that does nothing is rolled back. */
const idleMs = 3_000

interface Row {
  epoch: number
  lastSeq: number
  owner: Owner | undefined
  snapshot: { seq: number; bytes: Uint8Array } | undefined
  entries: { firstSeq: number; lastSeq: number; at: number; payload: Uint8Array; epoch: number }[]
  wakeAt: number | undefined
}

export interface Transaction {
  readonly process: VirtualProcess
  readonly held: ReadonlySet<RoomKey>
  readonly loaded: Loaded
  /** Rows that it needs, and since when it has them. */
  readonly keys: ReadonlySet<string>
  readonly since: number
  over: boolean
  cancelIdle: () => void
}

export interface Part {
  readonly batch: RoomBatch
  readonly decided: Decided
}

export type Done<T> = (result: T | Error) => void

export class VirtualStore {
  readonly bank = new Bank()
  leases: MemoryLeaseStore
  readonly #world: World
  readonly #checker: Checker
  readonly #bug: Bug | undefined
  readonly #keepMs: number
  readonly #rows = new Map<RoomKey, Row>()
  readonly #locks = new RowLocks()
  readonly #open = new Set<Transaction>()
  readonly #kept: KeptRows

  constructor(world: World, checker: Checker, keepMs: number, bug: Bug | undefined) {
    this.#world = world
    this.#checker = checker
    this.#keepMs = keepMs
    this.#bug = bug
    this.#kept = new KeptRows(world, checker.health)
    this.leases = this.#newLeases()
  }

  /** Every lease row is gone. */
  flushLeases(): void {
    this.leases = this.#newLeases()
  }

  open(by: VirtualProcess, room: RoomKey, owner: Owner, done: Done<OpenedRoom>): void {
    this.#once(room, async () => {
      const row = this.#row(room)
      const held = row.owner
      const own = held?.node === owner.node && held.incarnation === owner.incarnation
      if (held && !own && (await this.leases.alive(held))) {
        const data = { node: held.node }
        return done(new RoomError('room.elsewhere', 'Open elsewhere.', { retry: 'retry', data }))
      }
      if (this.#bug !== 'epoch not raised at open' || row.epoch === 0) row.epoch += 1
      if (this.#bug === 'epoch falls at open' && row.epoch > 3) row.epoch = 1
      row.owner = owner
      this.#checker.opened(room, row.epoch, by, held)
      const position = { epoch: row.epoch, seq: row.lastSeq }
      const tail = row.entries.map(({ epoch, firstSeq, payload }) => ({
        epoch,
        firstSeq,
        ...decodeState<Pick<Decided, 'commands' | 'events' | 'timers'>>(payload),
      }))
      if (this.#bug === 'tail cut short') tail.pop()
      done({ position, snapshot: row.snapshot, tail })
    })
  }

  begin(by: VirtualProcess, batches: readonly RoomBatch[], done: Done<Transaction>): void {
    const settle = batches.flatMap((batch) => batch.settle)
    const keys = new Set([
      ...batches.map(({ room }) => room),
      ...settle.map(({ asker }) => `purse ${asker}`),
    ])
    const holder = {} // filled in once the locks are there
    const waited = this.#kept.wait(by, keys, this.#open)
    const cancelWait = this.#world.after(idleMs, 'store', () => {
      waited()
      this.#locks.release(holder)
    })
    this.#locks.take([...keys], holder, () => {
      cancelWait()
      waited()
      if (!by.alive) return this.#world.after(0, 'store', () => this.#locks.release(holder))
      const held = new Set(batches.filter((batch) => this.#holds(batch)).map(({ room }) => room))
      this.#checker.stats.fenced += batches.length - held.size
      const loaded = this.bank.load(settle, this.#bug)
      const transaction = Object.assign(holder, {
        process: by,
        held,
        loaded,
        keys,
        since: this.#world.now,
        over: false,
        cancelIdle: () => undefined as void,
      })
      transaction.cancelIdle = this.#world.after(idleMs, 'store', () => this.#end(transaction))
      if (this.#bug === 'locks outlive their transaction') transaction.cancelIdle()
      this.#open.add(transaction)
      if (this.#bug !== 'all wait for the slowest' || this.#checker.health.allWell)
        done(transaction)
      else this.#world.after(300, 'store', () => done(transaction))
    })
  }

  commit(
    transaction: Transaction,
    parts: readonly Part[],
    payments: readonly Payment[],
    done: Done<undefined>,
  ): void {
    if (transaction.over) return done(new StoreError('the transaction was rolled back'))
    for (const part of parts) this.#append(part, transaction.process)
    this.bank.write(payments)
    this.#checker.paid(this.bank, parts, payments)
    this.#end(transaction)
    done(undefined)
  }

  /** Nothing of it happens; nothing at all where it is over. */
  rollback(transaction: Transaction): void {
    if (!transaction.over) this.#end(transaction)
  }

  /** The connections of a dead process break, and what it had begun is rolled back. */
  disconnect(process: VirtualProcess): void {
    if (this.#bug === 'locks outlive their transaction') return
    for (const one of this.#open) if (one.process === process) this.#end(one)
  }

  checkpoint(room: RoomKey, at: Position, bytes: Uint8Array, done: Done<boolean>): void {
    this.#once(room, () => {
      const row = this.#row(room)
      if (row.epoch !== at.epoch) return done(false)
      row.snapshot = { seq: at.seq, bytes }
      const old = this.#world.now - this.#keepMs
      row.entries = row.entries.filter(
        (entry) => entry.firstSeq > at.seq || entry.lastSeq > at.seq || entry.at > old,
      )
      done(true)
    })
  }

  release(room: RoomKey, epoch: number, to: Owner | undefined, done: Done<undefined>): void {
    this.#once(room, () => {
      const row = this.#row(room)
      if (row.epoch === epoch) {
        row.owner = this.#bug === 'given to nobody' ? undefined : to
        this.#checker.released(room, to)
      }
      done(undefined)
    })
  }

  async due(now: number, own: Owner | undefined, done: Done<readonly RoomKey[]>): Promise<void> {
    const due: RoomKey[] = []
    for (const [room, { wakeAt, owner }] of this.#rows) {
      if (wakeAt === undefined || wakeAt > now) continue
      const mine = owner?.incarnation === own?.incarnation
      if (!owner || mine || !(await this.leases.alive(owner))) due.push(room)
    }
    done(due)
  }

  #append({ batch, decided }: Part, by: VirtualProcess): void {
    const row = this.#row(batch.room)
    const { events, timers } = decided
    const commands = this.#bug === 'command ids forgotten' ? [] : decided.commands
    row.wakeAt = decided.wakeAt
    this.#checker.committed(batch, decided, by)
    if (!decided.commands.length && !events.length && !timers.length) return
    const kept = this.#bug === 'timers not kept' ? [] : timers
    const { epoch, firstSeq } = batch
    if (this.#bug !== 'last number not moved') row.lastSeq += events.length
    row.entries.push({
      epoch,
      firstSeq,
      lastSeq: row.lastSeq,
      at: this.#world.now,
      payload: encodeState({ commands, events, timers: kept }),
    })
  }

  #holds({ room, epoch, firstSeq }: RoomBatch): boolean {
    if (this.#bug === 'no fence in the store') return true
    const row = this.#row(room)
    return row.epoch === epoch && row.lastSeq === firstSeq - 1
  }

  #end(transaction: Transaction): void {
    this.#kept.ended(transaction)
    transaction.over = true
    transaction.cancelIdle()
    this.#open.delete(transaction)
    this.#locks.release(transaction)
  }

  /** A statement of its own: waits for the row, runs, and is over. */
  #once(room: RoomKey, run: () => void | Promise<void>): void {
    const holder = {}
    this.#locks.take([room], holder, () => {
      const ran = run()
      if (ran) void ran.then(() => this.#locks.release(holder))
      else this.#locks.release(holder)
    })
  }

  #row(room: RoomKey): Row {
    let row = this.#rows.get(room)
    if (!row) {
      const none = { owner: undefined, snapshot: undefined, wakeAt: undefined }
      row = { epoch: 0, lastSeq: 0, entries: [], ...none }
      this.#rows.set(room, row)
    }
    return row
  }

  #newLeases(): MemoryLeaseStore {
    return new MemoryLeaseStore(() => epochMs + this.#world.now)
  }
}
