/** One live activation of a room: takes commands, makes them durable, tells what happened. */

import { admit, checkWait } from './admission.ts'
import { Checkpointer } from './checkpointer.ts'
import { systemAsker, type Asker } from './context.ts'
import type { Flushable } from './committer.ts'
import type { FlushResult, OpenedRoom, Owner, RoomEvent } from './journal.ts'
import type { Position, RoomKey } from './position.ts'
import { decideNow, type Outcome } from './immediate.ts'
import { OutputGate } from './output-gate.ts'
import { PendingAnswers } from './pending-answers.ts'
import { RecentEvents } from './recent-events.ts'
import { replicaOf, type Replica } from './replica.ts'
import { restoreRoom } from './restore-room.ts'
import { FlushBatch, type Waiting } from './room-batch.ts'
import type { RoomActorOptions } from './room-actor-options.ts'
import { RoomClock, type DueTimer } from './room-clock.ts'
import { RoomCore, type Ask } from './room-core.ts'
import { RoomListeners, type PublishedBatch, type RoomListener } from './room-listeners.ts'
import { busy, roomLost, type RoomError } from './room-error.ts'
import { encodeState } from './snapshot-codec.ts'

export type { PublishedBatch, Replica, RoomActorOptions, RoomListener }

/**
 * Commands are decided one after the other. Committed ones are answered and seen only when durable;
 * immediate ones wait only for a commit whose events they may have read. When a commit fails, is fenced
 * or unknown, the actor is thrown away: whoever waits is told `room.lost` and sends the same id again.
 */
export class RoomActor implements Flushable {
  readonly key: RoomKey
  readonly epoch: number
  readonly #options: RoomActorOptions
  readonly #core: RoomCore
  readonly #recent = new RecentEvents()
  readonly #listeners: RoomListeners
  readonly #pending = new PendingAnswers()
  readonly #onLost: (() => void)[] = []
  #queue: Waiting[] = []
  #inFlight: FlushBatch | undefined
  readonly #gate = new OutputGate()
  readonly #maxWaiting: number
  #seq: number
  readonly #checkpointer: Checkpointer
  readonly #clock: RoomClock
  #state: 'open' | 'closing' | 'lost' = 'open'

  /** Claims the room and rebuilds its state. Throws RoomError `room.elsewhere` or the journal's failure. */
  static async open(options: RoomActorOptions): Promise<RoomActor> {
    return new RoomActor(options, await options.journal.open(options.key, options.owner))
  }

  private constructor(options: RoomActorOptions, opened: OpenedRoom) {
    this.key = options.key
    this.epoch = opened.position.epoch
    this.#options = options
    this.#listeners = new RoomListeners(options.env.defect, (batch) =>
      options.observe?.(options.key, batch),
    )
    this.#core = new RoomCore(options.kind, options.env, options.remember)
    this.#seq = opened.position.seq
    this.#maxWaiting = options.maxWaiting ?? 10_000
    this.#checkpointer = new Checkpointer(options.checkpoint, options.env, () => this.#checkpoint())
    this.#clock = new RoomClock(this.#core, options.env, (timer) => this.#ring(timer))
    this.#checkpointer.changed(restoreRoom(this.#core, this.#recent, opened))
    this.#clock.arm()
  }

  get position(): Position {
    return { epoch: this.epoch, seq: this.#seq }
  }

  /** Committed commands that are not answered yet. */
  get waiting(): number {
    return this.#queue.length + (this.#inFlight?.waiting.length ?? 0)
  }

  /** True while nobody listens and nothing is under way. */
  get idle(): boolean {
    return !this.#listeners.size && !this.#queue.length && !this.#inFlight
  }

  /**
   * Rejects with RoomError: what `decide` refuses, `command.*` and `input.invalid` for bad input,
   * `busy` under overload, `room.lost` when the same id should be sent again.
   */
  ask(command: string, input: unknown, asker: Asker, id: string): Promise<unknown> {
    try {
      if (this.#state !== 'open') throw roomLost()
      const pending = this.#pending.of(asker.id, id)
      if (pending) return pending
      const admission = admit(this.#core, command, input, asker, id, this.#options.env.now())
      if (!('ask' in admission)) return Promise.resolve(admission.answer)
      const { ask } = admission
      if (ask.command.spec.path === 'immediate') return this.#immediate(ask)
      return this.#enqueue(ask)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** What `viewer` may see, at a committed position; `can` lists its rights among the kind's permissions. */
  async view(
    viewer: Asker,
  ): Promise<{ position: Position; view: Record<string, unknown>; can: string[] }> {
    await this.#committed()
    if (this.#state === 'lost') throw roomLost()
    return {
      position: this.position,
      view: this.#core.view(viewer),
      can: this.#core.rights(viewer),
    }
  }

  /** All that another node needs to go on from the position by folding what follows. */
  async replica(): Promise<Replica> {
    await this.#committed()
    if (this.#state === 'lost') throw roomLost()
    return replicaOf(this.#core, this.position, this.#recent)
  }

  /** Committed events after `seq`; undefined where they are no longer at hand. */
  since(seq: number): readonly RoomEvent[] | undefined {
    return this.#recent.since(seq)
  }

  /** The result ends it. */
  listen(listener: RoomListener): () => void {
    return this.#listeners.add(listener)
  }

  /** Told once, when the activation is over; at once where it already is. Keeps no room open. */
  onLost(tell: () => void): void {
    if (this.#state === 'lost') tell()
    else this.#onLost.push(tell)
  }

  /** Finishes what waits, stores a snapshot and gives the room up, to `to` or to anybody. Further asks get `room.lost`. */
  async close(to?: Owner): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    await this.#pending.settled()
    await this.#checkpointer.finish()
    if (this.#state !== 'closing') return
    await this.#options.journal.release(this.key, this.epoch, to).finally(() => this.#lose())
  }

  /** Ends at once, without a word to the journal: for a node that may own the room no longer. */
  readonly abandon = (): void => this.#lose()

  take(limit: number): FlushBatch | undefined {
    if (this.#inFlight || !this.#queue.length || this.#state === 'lost') return undefined
    const waiting = this.#queue.splice(0, limit)
    const at = { room: this.key, epoch: this.epoch, firstSeq: this.#seq + 1 }
    this.#inFlight = new FlushBatch(this.#core, at, waiting, () => this.#options.env.now())
    return this.#inFlight
  }

  flushed(batch: FlushBatch, result: FlushResult): void {
    if (result === 'fenced') return this.failed(batch, undefined)
    this.#inFlight = undefined
    const { commands, events } = batch.decided!
    if (events.length) {
      this.#seq += events.length
      this.#recent.push(batch.firstSeq, events)
      this.#publish(batch.firstSeq, events)
    }
    this.#publish(0, batch.passing)
    batch.answer()
    this.#gate.open()
    if (batch.decided!.timers.length && this.#state === 'open') this.#clock.arm()
    this.#checkpointer.changed(commands.length)
    if (this.#queue.length) this.#options.committer.wake(this)
  }

  failed(batch: FlushBatch, error: unknown): void {
    if (batch === this.#inFlight) this.#lose(roomLost(error))
  }

  #immediate(ask: Ask): Promise<unknown> {
    const held = this.#inFlight?.mayShow(ask.command) // it may read what is not durable yet
    if (held && this.#gate.size >= this.#maxWaiting) throw busy()
    const outcome = decideNow(this.#core, ask)
    if (!held) return Promise.resolve(this.#show(outcome))
    return this.#pending.add(ask, (resolve, reject) =>
      this.#gate.hold(() => {
        if (this.#state === 'lost') return reject(roomLost())
        if ('refusal' in outcome) reject(outcome.refusal)
        else resolve(this.#show(outcome))
      }),
    )
  }

  /** Throws the refusal. */
  #show(outcome: Outcome): unknown {
    if ('refusal' in outcome) throw outcome.refusal
    this.#publish(0, outcome.events)
    this.#checkpointer.changed(outcome.kept)
    return outcome.answer
  }

  #enqueue(ask: Ask, timer?: { key: string; at: number }): Promise<unknown> {
    // Timers are bounded by their keys, and nobody would ask them again.
    if (!timer) checkWait(this.#queue.length, this.#maxWaiting, this.#options)
    this.#options.committer.wake(this)
    return this.#pending.add(ask, (resolve, reject) => {
      this.#queue.push({ ...ask, ...(timer && { timer }), resolve, reject })
    })
  }

  #publish(firstSeq: number, events: readonly RoomEvent[]): void {
    this.#listeners.publish({ epoch: this.epoch, firstSeq, events })
  }

  /** A timer whose command this version no longer has stays, for a version that has it. */
  #ring({ key, at, command, input }: DueTimer): boolean {
    const compiled = this.#core.kind.commands.get(command)
    if (!compiled || this.#state !== 'open') return false
    const ask = { command: compiled, input, asker: systemAsker, id: this.#options.env.newId() }
    this.#enqueue(ask, { key, at }).catch(() => undefined) // refused or lost: the log tells which
    return true
  }

  /** Stores the state of a committed position: between a decision and its commit it waits. */
  async #checkpoint(): Promise<void> {
    await this.#committed()
    if (this.#state === 'lost') return
    const snapshot = encodeState(this.#core.snapshot(this.epoch, this.#state === 'closing'))
    if (!(await this.#options.journal.checkpoint(this.key, this.position, snapshot))) this.#lose()
  }

  /** Resolves in a turn in which the state holds nothing that is not durable. */
  async #committed(): Promise<void> {
    while (this.#inFlight?.decided) await this.#gate.wait()
  }

  #lose(error: RoomError = roomLost()): void {
    if (this.#state === 'lost') return
    this.#state = 'lost'
    const waiting = [...(this.#inFlight?.waiting ?? []), ...this.#queue.splice(0)]
    this.#inFlight = undefined
    this.#clock.stop()
    this.#checkpointer.stop()
    for (const one of waiting) one.reject(error)
    this.#gate.open()
    this.#listeners.lost()
    for (const tell of this.#onLost) tell()
  }
}
