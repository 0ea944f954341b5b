/** The unit of the product: what a room can be asked, what can happen in it, and the functions between. */

import type { Static, TSchema } from 'typebox'
import type { Context } from './context.ts'

/**
 * - `commit`: durable before anybody sees it or is answered (gifts, messages, polls, moderation).
 * - `checkpoint`: seen at once, saved with the next snapshot, lost by a crash before it (likes, heat).
 * - `volatile`: never saved (danmaku, typing).
 */
export type Durability = 'commit' | 'checkpoint' | 'volatile'

/** `must` is sequenced and never sampled, `should` is shaped by budget, `may` is merged per tick. */
export type Lane = 'must' | 'should' | 'may'

export interface CommandSpec<Input extends TSchema = TSchema> {
  /** Shape and bounds of the input; checked at the door, before anything else runs. */
  readonly input: Input
  /** `committed` waits for the flush; `immediate` is decided at once and may emit no commit event. */
  readonly path: 'committed' | 'immediate'
  /** The right that the asker needs in this room, asked of the kind. */
  readonly permission: string
  /** Token bucket of the sender that pays for it; see the runtime's rate classes. */
  readonly rate: string
  /** True when only the platform may ask it (media events, timers). Never reachable from a socket. */
  readonly internal?: boolean
}

export interface EventSpec<Data extends TSchema = TSchema> {
  readonly data: Data
  readonly durability: Durability
  /** `none`: folded by the leader and told to nobody, for what only decisions need. Never `commit`. */
  readonly lane: Lane | 'none'
  /** Folds two events of one tick into one; required in the `may` lane. */
  merge?(a: any, b: any): Static<Data>
  /** `should` lane only: higher survives shedding; 0 is an ordinary line. */
  priority?(data: any): number
  /** Also written to the outbox in the same transaction, for services outside the room. */
  readonly outbox?: boolean
}

export type CommandSpecs = Readonly<Record<string, CommandSpec>>
export type EventSpecs = Readonly<Record<string, EventSpec>>

/** Adds one event to the decision under way. */
export type Emit<Events extends EventSpecs> = <E extends keyof Events & string>(
  type: E,
  data: Static<Events[E]['data']>,
) => void

/** What a settler is asked before the decision; its verdict arrives in `ctx.settled`. */
export interface SettleSpec<State, Input> {
  /** Name of the settler registered with the journal, e.g. `gift`. */
  readonly by: string
  /**
   * The request, from the state at the start of the flush. It also tells whether the id was settled before, so
   * it throws RoomError only where that cannot be.
   */
  readonly request: (state: Readonly<State>, input: Input, ctx: Context) => unknown
  /** Throws RoomError to refuse what was not settled before, whatever its settler says. */
  readonly allow?: (state: Readonly<State>, input: Input, ctx: Context) => void
}

/**
 * `decide` is pure: time, randomness, ids and rights come from `ctx`; it refuses by throwing RoomError,
 * tells what happened through `emit` and returns the answer to the asker. `evolve` is deterministic,
 * mutates its own state in place and never throws: it tolerates missing antecedents, because checkpoint
 * events since the last snapshot are gone after a crash.
 */
export interface Feature<
  Name extends string = string,
  State = any,
  Commands extends CommandSpecs = any,
  Events extends EventSpecs = any,
> {
  readonly name: Name
  readonly commands: Commands
  readonly events: Events
  initial(): State
  readonly decide: {
    readonly [C in keyof Commands & string]: (
      state: Readonly<State>,
      input: Static<Commands[C]['input']>,
      ctx: Context,
      emit: Emit<Events>,
    ) => unknown
  }
  readonly settle?: {
    readonly [C in keyof Commands & string]?: SettleSpec<State, Static<Commands[C]['input']>>
  }
  readonly evolve: {
    readonly [E in keyof Events & string]: (
      state: State,
      data: Static<Events[E]['data']>,
      at: number,
    ) => void
  }
  /** Folds of other features' events, by type; the same rules as `evolve`. */
  readonly on?: Readonly<Record<string, (state: State, data: any, at: number) => void>>
  /** What a joiner may see of the state. Without it the feature has no view. */
  readonly view?: (state: Readonly<State>, viewer: Viewer, now: number) => unknown
}

/** Who looks: `id` is undefined for a guest. */
export interface Viewer {
  readonly id: string | undefined
  readonly can: (permission: string) => boolean
}

/** Names a feature so that its commands and events type its functions. */
export function defineFeature<
  const Name extends string,
  State,
  const Commands extends CommandSpecs,
  const Events extends EventSpecs,
>(feature: Feature<Name, State, Commands, Events>): Feature<Name, State, Commands, Events> {
  return feature
}
