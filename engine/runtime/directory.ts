/** Finds the actor of a room, and opens it when nobody has. */

import type { Asker } from '../kernel/context.ts'
import { Committer } from '../kernel/committer.ts'
import { compileKind, type CompiledKind } from '../kernel/compiled-kind.ts'
import type { Journal, Owner } from '../kernel/journal.ts'
import type { Kind } from '../kernel/kind.ts'
import { isRoomKey, kindOf, type RoomKey } from '../kernel/position.ts'
import { RoomActor, type RoomActorOptions } from '../kernel/room-actor.ts'
import type { Observer } from '../kernel/room-listeners.ts'
import type { Environment } from '../kernel/room-core.ts'
import { RoomError } from '../kernel/room-error.ts'

/** Reaches a room from anywhere. */
export interface Directory {
  /** Asks the room, opening it if need be. `id` makes a repetition harmless; without it the ask is a new one. */
  ask(room: RoomKey, command: string, input: unknown, asker: Asker, id?: string): Promise<unknown>
}

type RoomLimits = Pick<RoomActorOptions, 'maxWaiting' | 'remember' | 'checkpoint'>

export interface LocalDirectoryOptions extends RoomLimits {
  readonly kinds: readonly Kind[]
  readonly journal: Journal
  /** Who opens rooms; without one none is opened until `own` names one. */
  readonly owner?: Owner
  readonly env: Environment
  readonly observe?: Observer
  /** Told when a room is open here no longer, in whatever way that came. */
  readonly lost?: (room: RoomKey) => void
  /** A room that nobody listens to or asks is closed after so many ms. Default 60,000. */
  readonly idleMs?: number
  /** Waiting commands from which a flush goes beside the one under way. Default 64. */
  readonly worthwhile?: number
}

interface Activation {
  opening: Promise<RoomActor>
  /** Once it is open. */
  actor?: RoomActor
  /** Once it is being closed. */
  over?: Promise<void>
  usedAt: number
}

/** The rooms of this node. Opening happens behind a gate per key: a room is never opened twice at once. */
export class LocalDirectory implements Directory {
  readonly kinds: ReadonlyMap<string, CompiledKind>
  readonly #options: LocalDirectoryOptions
  #committer!: Committer
  readonly #rooms = new Map<RoomKey, Activation>()
  readonly #closing = new Map<RoomKey, Activation>()
  #waking = false
  #cancelSweep: (() => void) | undefined
  #owner: Owner | undefined
  #draining = false
  #closed = false

  constructor(options: LocalDirectoryOptions) {
    this.#options = options
    this.own(options.owner)
    this.kinds = new Map(options.kinds.map((kind) => [kind.name, compileKind(kind)]))
    this.#sweepLater()
  }

  async ask(
    room: RoomKey,
    command: string,
    input: unknown,
    asker: Asker,
    id?: string,
  ): Promise<unknown> {
    const key = id ?? this.#options.env.newId()
    for (let attempt = 1; ; attempt += 1) {
      const actor = await this.actor(room)
      try {
        return await actor.ask(command, input, asker, key)
      } catch (error) {
        // The same id is harmless, so a room that moved under the first ask gets a second one.
        if (!(error instanceof RoomError && error.code === 'room.lost' && attempt < 3)) throw error
      }
    }
  }

  /** The room's actor, opened behind the key's gate. Throws RoomError `room.unknown`, `room.elsewhere`, `draining`. */
  async actor(room: RoomKey): Promise<RoomActor> {
    if (this.#closed || this.#draining) throw draining()
    await this.#closing.get(room)?.over
    const activation = this.#rooms.get(room) ?? this.#activate(room)
    activation.usedAt = this.#options.env.now()
    return activation.opening
  }

  /**
   * The lease of this node changed hands: rooms of the former owner are abandoned in this turn, before
   * anybody else can open them; `undefined` opens none until the next call. Nothing of them that may still
   * hang in the database holds up those of the next owner.
   */
  own(owner: Owner | undefined): void {
    const { journal, env, worthwhile } = this.#options
    this.#owner = owner
    this.#committer = new Committer(journal, { defer: env.defer, now: env.now, worthwhile })
    const rooms = [...this.#rooms.values(), ...this.#closing.values()]
    this.#rooms.clear()
    this.#closing.clear()
    for (const { actor } of rooms) actor?.abandon()
  }

  /** Who opens rooms here. Throws RoomError `draining` or `node.fenced` while nobody does. */
  get owner(): Owner {
    if (this.#closed || this.#draining) throw draining()
    return this.#owner ?? fenced()
  }

  /** True while the room is open here, or being opened. */
  holds(room: RoomKey): boolean {
    return this.#rooms.has(room)
  }

  /** Keys of the rooms that are open here. */
  keys(): RoomKey[] {
    return [...this.#rooms.keys()]
  }

  /** The room's actor if it is open here; opens nothing and does not keep it open. */
  peek(room: RoomKey): RoomActor | undefined {
    return this.#rooms.get(room)?.actor
  }

  /** Stores the room and gives it up; whoever asks next opens it anew. */
  release(room: RoomKey): Promise<void> {
    return this.#close(room)
  }

  /** Stores the room and gives it to `to`, who alone may open it while alive. */
  handOver(room: RoomKey, to: Owner): Promise<void> {
    return this.#close(room, to)
  }

  /** Gives up every room and takes none until `resume`. Resolves with how many those were. */
  async drain(): Promise<number> {
    this.#draining = true
    return this.#closeAll()
  }

  /** Takes rooms again. */
  resume(): void {
    this.#draining = false
  }

  /** Opens rooms whose timers fell due while nobody held them, or knew that it does; one call at a time. */
  async wakeDue(): Promise<void> {
    if (this.#waking) return
    this.#waking = true
    const { journal, env } = this.#options
    try {
      for (const room of await journal.due(env.now(), 100, this.#owner)) {
        if (this.#closed || this.#draining) return
        if (this.holds(room)) continue
        await this.actor(room).catch((error: unknown) => {
          // Another node may have woken it first, or this one may have lost its lease meanwhile.
          if (!(error instanceof RoomError)) env.defect(error, room)
        })
      }
    } finally {
      this.#waking = false
    }
  }

  /** Closes every room: flushed, snapshot stored, given up. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelSweep?.()
    await this.#closeAll()
    await this.#committer.idle()
  }

  async #closeAll(): Promise<number> {
    const rooms = [...this.#rooms.keys()]
    await Promise.allSettled(rooms.map((room) => this.#close(room)))
    return rooms.length
  }

  #activate(room: RoomKey): Activation {
    const activation: Activation = { opening: this.#open(room), usedAt: 0 }
    this.#rooms.set(room, activation)
    const forget = (): void => {
      if (this.#rooms.get(room) === activation) this.#rooms.delete(room)
      if (!this.holds(room)) this.#options.lost?.(room)
    }
    activation.opening.then((actor) => {
      activation.actor = actor
      actor.onLost(forget)
    }, forget)
    return activation
  }

  async #open(key: RoomKey): Promise<RoomActor> {
    const kind = isRoomKey(key) ? this.kinds.get(kindOf(key)) : undefined
    if (!kind) throw new RoomError('room.unknown', 'There is no such room.')
    const { owner } = this
    const committer = this.#committer
    const actor = await RoomActor.open({ ...this.#options, owner, key, kind, committer })
    if (this.#owner !== owner) actor.abandon()
    return actor
  }

  #close(room: RoomKey, to?: Owner): Promise<void> {
    const activation = this.#rooms.get(room)
    if (!activation) return Promise.resolve()
    const failed = (error: unknown): void => this.#options.env.defect(error, `close of ${room}`)
    this.#rooms.delete(room)
    this.#closing.set(room, activation)
    activation.over = activation.opening
      .then((actor) => {
        actor.close(to).catch(failed)
        // Not the end of `close`: whoever abandons the room meanwhile waits for no database.
        return new Promise<void>((over) => actor.onLost(over))
      }, failed)
      .finally(() => this.#closing.get(room) === activation && this.#closing.delete(room))
    return activation.over
  }

  #sweepLater(): void {
    const idleMs = this.#options.idleMs ?? 60_000
    this.#cancelSweep = this.#options.env.after(idleMs / 2, () => {
      void this.#sweep(this.#options.env.now() - idleMs)
      this.#sweepLater()
    })
  }

  async #sweep(before: number): Promise<void> {
    for (const [room, activation] of this.#rooms) {
      if (activation.usedAt > before) continue
      if (activation.actor?.idle) await this.#close(room)
    }
  }
}

function fenced(): never {
  throw new RoomError('node.fenced', 'This node has lost its lease; ask again soon.', {
    retry: 'retry',
    data: { retryInMs: 1_000 },
  })
}

function draining(): RoomError {
  return new RoomError('draining', 'This node is stopping; ask again.', { retry: 'retry' })
}
