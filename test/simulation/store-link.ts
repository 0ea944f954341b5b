/** A node's way to the store: journal and leases over a network that loses, delays and lies by silence. */

import type {
  FlushResult,
  Journal,
  JournalEntry,
  Judge,
  OpenedRoom,
  Owner,
  RoomBatch,
} from '../../engine/kernel/journal.ts'
import type { Position, RoomKey } from '../../engine/kernel/position.ts'
import type { LeaseStore } from '../../persistence/lease.ts'
import { BankSettlement } from './bank.ts'
import type { Bug } from './bugs.ts'
import type { Checker } from './checker.ts'
import { StoreError } from './store-error.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { Done, Part, Transaction, VirtualStore } from './virtual-store.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

/** Milliseconds after which a call counts as failed; what it asked for may have happened. */
const patienceMs = 2_500

export interface StoreLinkOptions {
  readonly world: World
  readonly store: VirtualStore
  readonly weather: Weather
  readonly checker: Checker
  readonly node: string
  readonly process: VirtualProcess
  readonly bug: Bug | undefined
}

export class StoreLink implements Journal, LeaseStore {
  readonly #options: StoreLinkOptions
  readonly #store: VirtualStore
  readonly #process: VirtualProcess

  constructor(options: StoreLinkOptions) {
    this.#options = options
    this.#store = options.store
    this.#process = options.process
  }

  open(room: RoomKey, owner: Owner): Promise<OpenedRoom> {
    return this.#call('open', (done) => this.#store.open(this.#process, room, owner, done))
  }

  async flush(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]> {
    const { bug } = this.#options
    const transaction = await this.#call<Transaction>(
      'begin',
      (done) => this.#store.begin(this.#process, batches, done),
      (late) => this.#store.rollback(late), // the connection was closed when nobody waited any more
    )
    const { held, loaded } = transaction
    const mine = batches.filter(({ room }) => held.has(room))
    const bank = new BankSettlement(
      mine.flatMap(({ settle }) => settle),
      loaded,
      bug,
    )
    const parts: Part[] = []
    const answers = new Map<string, unknown>()
    for (const batch of mine) {
      const judge: Judge = {
        judge: (index) => bank.judge(batch.settle[index]!),
        release: (index) => bank.release(batch.settle[index]!),
      }
      const decided = batch.decide(judge)
      for (const { id, answer } of decided.commands) answers.set(id, answer)
      parts.push({ batch, decided })
    }
    const payments = bank.payments((id) => answers.get(id))
    const committing = this.#call<undefined>('commit', (done) =>
      this.#store.commit(transaction, parts, payments, done),
    )
    if (bug === 'answered before the commit') committing.catch(() => undefined)
    else await committing
    return batches.map(({ room }) => (held.has(room) ? 'written' : 'fenced'))
  }

  checkpoint(room: RoomKey, at: Position, snapshot: Uint8Array): Promise<boolean> {
    return this.#call('checkpoint', (done) => this.#store.checkpoint(room, at, snapshot, done))
  }

  read(): Promise<readonly JournalEntry[] | undefined> {
    return Promise.resolve(undefined)
  }

  due(now: number, _limit: number, own?: Owner): Promise<readonly RoomKey[]> {
    return this.#call('due', (done) => this.#store.due(now, own, done))
  }

  release(room: RoomKey, epoch: number, to?: Owner): Promise<void> {
    return this.#call<undefined>('release', (done) => this.#store.release(room, epoch, to, done))
  }

  beat(owner: Owner, ttlMs: number, renew: boolean): Promise<number | undefined> {
    return this.#lease('beat', () => this.#store.leases.beat(owner, ttlMs, renew))
  }

  end(owner: Owner): Promise<void> {
    return this.#lease('end', () => this.#store.leases.end(owner))
  }

  alive(owner: Owner): Promise<boolean> {
    return this.#lease('alive', () => this.#store.leases.alive(owner))
  }

  #lease<T>(label: string, serve: () => Promise<T>): Promise<T> {
    return this.#call<T>(label, async (done) => done(await serve()))
  }

  #call<T>(
    label: string,
    serve: (done: Done<T>) => unknown,
    late?: (result: T) => void,
  ): Promise<T> {
    const { world, weather, checker, node } = this.#options
    const process = this.#process
    return new Promise<T>((resolve, reject) => {
      let waits = true
      const settle = (result: T | Error): void => {
        process.enter(() => {
          if (!waits) return result instanceof Error ? undefined : late?.(result)
          waits = false
          cancel()
          world.note(`${process.name} ${label} done`, result instanceof Error ? 1 : 0)
          if (result instanceof Error) reject(result)
          else resolve(result)
        })
      }
      const cancel = world.after(patienceMs, process.name, () =>
        settle(new StoreError(`no answer to ${label} in time`)),
      )
      world.after(weather.storeTravel(), label, () => {
        if (weather.isCut('requests', node)) return
        if (weather.storeDown)
          return void world.after(1, label, () => settle(new StoreError('the store is down')))
        serve((result) => {
          if (weather.isCut('replies', node) || weather.losesAnswer()) {
            if (label === 'commit') checker.stats.unheard += 1
            return world.note(`${process.name} ${label} answer lost`)
          }
          world.after(weather.storeTravel(), label, () => settle(result))
        })
      })
    })
  }
}
