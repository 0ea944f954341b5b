/** Follows a room's actor through its activations: one ordered stream of batches, whoever owns the room. */

import type { RoomKey } from '../kernel/position.ts'
import type { PublishedBatch, Replica } from '../kernel/room-actor.ts'
import { RoomError, roomLost } from '../kernel/room-error.ts'
import type { LiveActor, RoomHost } from './room-host.ts'

export interface FeedListener {
  /** In order; numbered batches follow each other without a gap, also across activations. */
  batch(batch: PublishedBatch): void
  /** The actor is gone; another one follows. `leads` and `epoch` are still its own during the call. */
  lost(): void
  /** The log went on without us further than anybody remembers: every client needs a fresh view. */
  gap(): void
  /** The room is open again under a new owner; what was not durable may have changed. */
  reopened(): void
  /** The room cannot be followed here any more. */
  ended(error: RoomError): void
}

const firstRetryMs = 50
/** Bounds how late a room goes on here that got a new owner. */
const longestRetryMs = 300
/** What a retry cannot change. */
const finalCodes: ReadonlySet<string> = new Set(['room.elsewhere', 'room.unknown', 'draining'])

export class RoomFeed {
  /** Grows with each batch: whoever saw the same number twice missed nothing in between. */
  batches = 0
  readonly #room: RoomKey
  readonly #host: RoomHost
  readonly #listener: FeedListener
  #actor: LiveActor | undefined
  /** The one that was lost last; it may still be found for a moment. */
  #former: LiveActor | undefined
  #seq = 0
  #epoch = 0
  /** There was an actor, whose events whoever is here has seen. */
  #followed = false
  #stopListening: (() => void) | undefined
  #cancelRetry: (() => void) | undefined
  #waiting: ((actor: LiveActor) => void)[] = []
  #moving: (() => void)[] = []
  #stopped = false

  constructor(room: RoomKey, host: RoomHost, listener: FeedListener) {
    this.#room = room
    this.#host = host
    this.#listener = listener
  }

  /**
   * Throws RoomError where the room cannot be opened here. Where it waits for its next leader the feed
   * waits too, and ends when that takes longer than a takeover.
   */
  async start(): Promise<void> {
    const { directory } = this.#host
    const actor = await (directory.find?.(this.#room) ?? directory.actor(this.#room))
    if (!actor) return void this.#reopen(firstRetryMs)
    this.#seq = actor.position.seq
    this.#follow(actor)
  }

  /** The live actor; while the room moves it waits for the next one. Never settles once stopped. */
  async actor(): Promise<LiveActor> {
    return this.#actor ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** True while the room is led by this node. */
  get leads(): boolean {
    return this.#actor?.replica !== undefined
  }

  get epoch(): number {
    return this.#actor?.epoch ?? 0
  }

  /** Of the last numbered event. */
  get seq(): number {
    return this.#seq
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Resolves with the next numbered event, or when the room is open again. Never settles once stopped. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#moving.push(resolve))
  }

  /** The room as of the turn in which `cut` is called. Throws RoomError `room.elsewhere`. */
  async replica<T>(cut: (epoch: number) => T): Promise<Replica & { cut: T }> {
    for (;;) {
      const actor = await this.actor()
      if (!actor.replica) throw new RoomError('room.elsewhere', 'This node only relays the room.')
      const before = this.batches
      const replica = await actor.replica()
      if (before === this.batches && actor === this.#actor)
        return { ...replica, cut: cut(actor.epoch) }
    }
  }

  stop(): void {
    this.#stopped = true
    this.#cancelRetry?.()
    this.#stopListening?.()
    this.#actor = undefined
  }

  #follow(actor: LiveActor): void {
    this.#actor = actor
    this.#followed = true
    this.#epoch = actor.epoch
    this.#stopListening = actor.listen({
      events: (batch) => this.#batch(batch),
      lost: () => this.#lost(),
    })
    const waiting = this.#waiting
    this.#waiting = []
    for (const go of waiting) go(actor)
    this.#move()
  }

  #move(): void {
    if (this.#moving.length) for (const go of this.#moving.splice(0)) go()
  }

  #batch(batch: PublishedBatch): void {
    this.batches += 1
    if (batch.firstSeq > 0) {
      this.#seq = batch.firstSeq + batch.events.length - 1
      this.#move()
    }
    this.#listener.batch(batch)
  }

  #lost(): void {
    this.#listener.lost()
    this.#former = this.#actor
    this.#actor = undefined
    if (!this.#stopped) void this.#reopen(firstRetryMs)
  }

  async #reopen(retryMs: number): Promise<void> {
    try {
      const actor = await this.#host.directory.actor(this.#room)
      if (this.#stopped) return
      if (actor === this.#former || actor.epoch < this.#epoch) throw roomLost()
      this.#former = undefined
      if (!this.#followed) {
        this.#seq = actor.position.seq
        return this.#follow(actor)
      }
      this.#host.metrics.reopened += 1
      // In one turn: what is missed up to here, and all that follows.
      const missed = actor.since(this.#seq)
      const { epoch } = actor
      if (missed?.length) this.#batch({ epoch, firstSeq: this.#seq + 1, events: missed })
      this.#seq = actor.position.seq
      this.batches += 1
      this.#follow(actor)
      this.#listener.reopened()
      if (!missed) this.#listener.gap()
    } catch (error) {
      if (this.#stopped) return
      const known = error instanceof RoomError
      if (!known) this.#host.defect(error, `reopening ${this.#room}`)
      if (!this.#followed || (known && finalCodes.has(error.code)))
        return this.#listener.ended(known ? error : roomLost(error))
      const wait = retryMs * (0.5 + Math.random())
      const next = Math.min(2 * retryMs, longestRetryMs)
      this.#cancelRetry = this.#host.clock.after(wait, () => void this.#reopen(next))
    }
  }
}
