/** One room's part of a flush: its waiting commands, judged and decided in order inside the transaction. */

import type {
  Decided,
  DoneCommand,
  Judge,
  RoomBatch,
  RoomEvent,
  SettleRequest,
  TimerChange,
} from './journal.ts'
import type { CompiledCommand } from './compiled-kind.ts'
import type { Ask, RoomCore } from './room-core.ts'
import { RoomError } from './room-error.ts'

/** A committed command that waits for its answer. */
export interface Waiting extends Ask {
  /** Set where a timer of the room asks: the command runs only while the timer is still this one. */
  readonly timer?: { readonly key: string; readonly at: number }
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: RoomError) => void
}

/**
 * Decides at most once, and answers nobody before `answer()`, which the actor calls when the
 * transaction has committed: the output gate.
 */
export class FlushBatch implements RoomBatch {
  readonly room: string
  readonly epoch: number
  readonly firstSeq: number
  readonly settle: SettleRequest[] = []
  readonly waiting: readonly Waiting[]
  /** What `decide` gave; undefined before. */
  decided: Decided | undefined
  readonly #core: RoomCore
  readonly #now: () => number
  /** For each command its place in `settle`, or why it was refused before. */
  readonly #places: (number | RoomError | undefined)[] = []
  /** Features whose state it has changed, and whether it has changed rights. */
  readonly #touched = new Set<string>()
  #judging = false
  readonly #answers: (() => void)[] = []

  constructor(
    core: RoomCore,
    at: { room: string; epoch: number; firstSeq: number },
    waiting: readonly Waiting[],
    now: () => number,
  ) {
    this.room = at.room
    this.epoch = at.epoch
    this.firstSeq = at.firstSeq
    this.waiting = waiting
    this.#core = core
    this.#now = now
    for (const one of waiting) this.#places.push(this.#request(one))
  }

  decide(judge: Judge): Decided {
    const commands: DoneCommand[] = []
    const events: RoomEvent[] = []
    const timers: TimerChange[] = []
    for (const [index, one] of this.waiting.entries()) {
      if (one.timer && !this.#take(one.timer, timers)) {
        this.#answers.push(() => one.resolve(undefined))
        continue
      }
      try {
        this.#one(one, this.#places[index], judge, { commands, events, timers })
      } catch (error) {
        this.#answers.push(() => one.reject(error as RoomError))
      }
    }
    const outbox = events.filter((event) => this.#core.kind.events.get(event.type)?.spec.outbox)
    const durable = events.filter(
      (event) => this.#core.kind.events.get(event.type)?.spec.durability === 'commit',
    )
    this.passing = events.filter((event) => !durable.includes(event))
    this.decided = { commands, events: durable, timers, outbox, wakeAt: this.#core.wakeAt() }
    return this.decided
  }

  /** Events of this batch that are not kept: seen after the commit like the others, but unnumbered. */
  passing: readonly RoomEvent[] = []

  /** True where the command's decision may depend on what this batch has decided and not yet committed. */
  mayShow({ feature }: CompiledCommand): boolean {
    return this.#judging || this.#touched.has(feature.name)
  }

  /** Settles every promise; after the commit only. */
  answer(): void {
    for (const give of this.#answers) give()
  }

  #touch(type: string): void {
    const event = this.#core.kind.events.get(type)
    if (event?.judging) this.#judging = true
    for (const { feature } of event?.folds ?? []) this.#touched.add(feature)
  }

  #request(one: Waiting): number | RoomError | undefined {
    try {
      const request = this.#core.settleRequest(one)
      if (!request) return undefined
      const { id, asker } = one
      return (
        this.settle.push({ ...request, id, room: this.room, asker: asker.id, now: this.#now() }) - 1
      )
    } catch (error) {
      return error instanceof RoomError
        ? error
        : new RoomError('internal', 'The room could not do this.')
    }
  }

  /** Clears a due timer; false when it was replaced or cleared since. */
  #take(timer: { key: string; at: number }, timers: TimerChange[]): boolean {
    if (this.#core.timers.get(timer.key)?.at !== timer.at) return false
    const change = { key: timer.key }
    this.#core.setTimers([change])
    timers.push(change)
    return true
  }

  /** Throws RoomError to refuse; then nothing of the command remains. */
  #one(
    one: Waiting,
    place: number | RoomError | undefined,
    judge: Judge,
    into: { commands: DoneCommand[]; events: RoomEvent[]; timers: TimerChange[] },
  ): void {
    const at = typeof place === 'number' ? place : undefined
    const verdict = at === undefined ? undefined : judge.judge(at)
    // Before any refusal: what took effect is answered as it was, whoever the asker is by now.
    if (verdict?.kind === 'duplicate') {
      this.#answers.push(() => one.resolve(verdict.answer))
      return
    }
    let decision
    try {
      this.#core.permit(one)
      if (place instanceof RoomError) throw place
      if (verdict?.kind === 'refused')
        throw new RoomError(verdict.code, verdict.message, { data: verdict.data })
      decision = this.#core.decide(one, verdict?.value)
    } catch (error) {
      if (verdict?.kind === 'settled') judge.release(at!)
      throw error
    }
    for (const event of decision.events) {
      this.#core.evolve(event)
      this.#touch(event.type)
    }
    this.#core.setTimers(decision.timers)
    this.#core.done(one, decision.answer)
    into.commands.push({ id: one.id, asker: one.asker.id, answer: decision.answer })
    into.events.push(...decision.events)
    into.timers.push(...decision.timers)
    this.#answers.push(() => one.resolve(decision.answer))
  }
}
