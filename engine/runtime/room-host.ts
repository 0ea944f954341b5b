/** What every room instance of this node shares. */

import type { CompiledKind } from '../kernel/compiled-kind.ts'
import type { Lane } from '../kernel/feature.ts'
import type { RoomKey } from '../kernel/position.ts'
import type { RoomActor } from '../kernel/room-actor.ts'
import type { Rate } from '../transport/token-bucket.ts'
import type { Transport } from '../transport/transport.ts'
import type { Directory } from './directory.ts'
import type { ClockSource, Windows } from './frame-clock.ts'
import { defaultRates, type RateClasses } from './rate-classes.ts'
import type { TurnBudget } from './turn-budget.ts'

/** The part of a room's actor that its instances use. */
export type LiveActor = Pick<RoomActor, 'epoch' | 'position' | 'view' | 'since' | 'listen'> &
  // Only the leader's can be replicated.
  Partial<Pick<RoomActor, 'replica'>>

/** A directory that also lends the actors of this node. */
export interface RoomDirectory extends Directory {
  readonly kinds: ReadonlyMap<string, CompiledKind>
  actor(room: RoomKey): Promise<LiveActor>
  /** As `actor`, but undefined while the room waits for its next leader. Absent where there is one node. */
  find?(room: RoomKey): Promise<LiveActor | undefined>
}

export interface RoomSettings {
  readonly windows: Windows
  /** Lines a second that a viewer gets, and how many may have been saved up. */
  readonly lines: Rate
  readonly rates: RateClasses
  /** An instance without sockets is closed after so long, ms. Longer than a ticket lives. */
  readonly idleMs: number
  /** Shortest time between two audience reports, ms. */
  readonly reportMs: number
  /** The audience is reported anew after so long without a change, ms. */
  readonly repeatMs: number
  /** Commands of one socket that may be under way at once. */
  readonly maxInFlight: number
}

export const defaultSettings: RoomSettings = {
  windows: { must: 50, should: 200, may: 500 },
  lines: { perSecond: 15, burst: 15 },
  rates: defaultRates,
  idleMs: 45_000,
  reportMs: 1_000,
  repeatMs: 10_000,
  maxInFlight: 64,
}

/** Counters since the start of the engine. */
export interface RoomMetrics {
  instances: number
  joins: number
  resumes: number
  commands: number
  refusals: number
  /** Refused unread, because the turn had no time for them. */
  turnedAway: number
  shedLines: number
  reopened: number
}

/** The way of a led room's frames to other nodes. */
export interface Spread {
  send(room: RoomKey, epoch: number, lane: Lane, frame: Uint8Array): void
  /** This node no longer leads the room. */
  end(room: RoomKey): void
  /** True while relays follow the room. */
  followed(room: RoomKey): boolean
}

/** The nodes there are, as this one hears them. */
export interface Neighbours {
  /** The incarnation of this node. */
  readonly self: string
  /** Those of all, this one too. */
  list(): readonly string[]
  /** Told when one fell silent; the result ends it. */
  onGone(tell: () => void): () => void
}

export interface RoomHost {
  readonly directory: RoomDirectory
  readonly transport: Transport
  readonly settings: RoomSettings
  readonly metrics: RoomMetrics
  /** Monotonic ms, and timers that do not keep the process alive. */
  readonly clock: ClockSource
  /** Of the loop that all rooms share. */
  readonly turn: TurnBudget
  /** The time that all nodes share, ms since 1970. */
  readonly now: () => number
  /** Takes the frames of rooms that this node leads to their relays; absent where there is one node. */
  readonly spread?: Spread
  /** Absent where there is one node. */
  readonly neighbours?: Neighbours
  /** A failure that nobody was told of. */
  defect(error: unknown, where: string): void
}
