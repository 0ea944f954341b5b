/** Makes one stream of what many connections to a room bring: welcomes, numbered events, lines, answers. */

import type {
  Answer,
  MayFrame,
  MustFrame,
  ShouldFrame,
  Welcome,
  WireEvent,
} from '../engine/wire/messages.ts'
import { Sequence, type Position } from './sequence.ts'

export interface RoomFeedHandlers {
  /** Before any event of the connection. `gap`: must events were missed for good. */
  welcome(
    welcome: Welcome,
    how: { readonly again: boolean; readonly gap: boolean; readonly resumed: boolean },
  ): void
  /** Events in order; `firstSeq` is undefined outside the must lane. `after`: the view that they lead to. */
  events(
    epoch: number,
    firstSeq: number | undefined,
    events: readonly WireEvent[],
    after?: Welcome['view'],
  ): void
  shed(lines: number): void
  answered(answer: Answer): void
  /** The connection has told all that came before it. */
  ready(): void
  /** Nothing after this can be trusted: end the connection and come back by position. */
  broken(): void
}

/** Frames that may come before the welcome; more means that none will come. */
const maxEarlyFrames = 256
/** So often in a row an instance that lags behind is not believed. */
const maxDoubts = 3

export class RoomFeed {
  readonly #handlers: RoomFeedHandlers
  readonly #sequence = new Sequence()
  #welcomed = false
  #everWelcomed = false
  #doubts = 0
  #early: [type: string, payload: unknown][] = []

  constructor(handlers: RoomFeedHandlers) {
    this.#handlers = handlers
  }

  /** Where the next connection resumes. */
  get position(): Position | undefined {
    return this.#sequence.position
  }

  /** True once a view was there. */
  get everWelcomed(): boolean {
    return this.#everWelcomed
  }

  /** The connection is over; what comes next belongs to another one. */
  end(): void {
    this.#welcomed = false
    this.#early = []
  }

  message(type: string, payload: unknown): void {
    try {
      if (type === 'w') this.#welcome(payload as Welcome)
      else if (this.#welcomed) this.#frame(type, payload)
      else if (this.#early.push([type, payload]) > maxEarlyFrames) this.#handlers.broken()
    } catch {
      // A frame of another shape than the protocol's.
      this.#handlers.broken()
    }
  }

  #welcome(welcome: Welcome): void {
    const at = this.#sequence.position
    const missed = welcome.missed ?? []
    if (at && this.#lags(welcome, at)) return this.#handlers.broken()
    const resumed = welcome.recovered && at !== undefined
    if (resumed && at.seq + missed.length !== welcome.seq) {
      this.#sequence.reset(undefined)
      return this.#handlers.broken()
    }
    const again = this.#everWelcomed
    const gap = again && !resumed && at?.seq !== welcome.seq
    this.#sequence.reset(welcome)
    this.#welcomed = true
    this.#everWelcomed = true
    this.#handlers.welcome(welcome, { again, gap, resumed })
    if (resumed) this.#handlers.events(welcome.epoch, at.seq + 1, missed, welcome.view)
    const early = this.#early
    this.#early = []
    for (const [type, payload] of early) if (this.#welcomed) this.#frame(type, payload)
    if (this.#welcomed) this.#handlers.ready()
  }

  /**
   * An owner that was replaced does not know it yet: its view would turn time back. After some tries it is
   * believed, for then the room itself was set back.
   */
  #lags(welcome: Welcome, at: Position): boolean {
    const behind = welcome.epoch < at.epoch || welcome.seq < at.seq
    this.#doubts = behind ? this.#doubts + 1 : 0
    return behind && this.#doubts <= maxDoubts
  }

  #frame(type: string, payload: unknown): void {
    if (type === 'm') this.#must(payload as MustFrame)
    else if (type === 'a') this.#handlers.answered(payload as Answer)
    else if (type === 's' || type === 'y') this.#unsequenced(payload as ShouldFrame | MayFrame)
  }

  #must([epoch, firstSeq, events]: MustFrame): void {
    const taken = this.#sequence.take(epoch, firstSeq, events)
    if (taken.kind === 'gap') this.#handlers.broken()
    else if (taken.kind === 'fresh') this.#handlers.events(epoch, taken.firstSeq, taken.events)
  }

  #unsequenced([epoch, events, shed = 0]: ShouldFrame | MayFrame): void {
    if (this.#sequence.isOld(epoch)) return
    if (events.length > 0) this.#handlers.events(epoch, undefined, events)
    if (shed > 0) this.#handlers.shed(shed)
  }
}
