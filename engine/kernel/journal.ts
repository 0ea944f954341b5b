/** The port behind which a room's log, its fence and its settlements are kept. */

import type { Position, RoomKey } from './position.ts'

/** Something that happened: its type, its data and when (ms since 1970). */
export interface RoomEvent {
  readonly type: string
  readonly data: any
  readonly at: number
}

/** A command that took effect, kept with its answer so that a repetition gets the same one. */
export interface DoneCommand {
  readonly id: string
  readonly asker: string
  readonly answer: unknown
}

/** A timer set (with what to ask at `at`) or cleared (without). The same key replaces. */
export interface TimerChange {
  readonly key: string
  readonly set?: Timer
}

export interface Timer {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly command: string
  readonly input: unknown
}

/** One journal row: what one flush did to one room. `events[i]` has the number `firstSeq + i`. */
export interface JournalEntry {
  readonly epoch: number
  readonly firstSeq: number
  readonly commands: readonly DoneCommand[]
  readonly events: readonly RoomEvent[]
  readonly timers: readonly TimerChange[]
}

/** The incarnation of a process that may own rooms. */
export interface Owner {
  readonly node: string
  readonly incarnation: string
}

export interface OpenedRoom {
  /** The new epoch and the last number written by anybody before. */
  readonly position: Position
  readonly snapshot: { readonly seq: number; readonly bytes: Uint8Array } | undefined
  /** The kept entries, oldest first: all after the snapshot, and those before it not yet dropped. */
  readonly tail: readonly JournalEntry[]
  /** The node whose incarnation had the room until its lease was over; absent where it was given up. */
  readonly takenFrom?: string
}

/** One command that wants a settlement before its decision. */
export interface SettleRequest {
  readonly by: string
  readonly id: string
  readonly room: RoomKey
  readonly asker: string
  readonly now: number
  readonly request: unknown
}

/** What a settler says of one request. `duplicate` answers at once with what was answered before. */
export type Verdict =
  | { readonly kind: 'settled'; readonly value: unknown }
  | {
      readonly kind: 'refused'
      readonly code: string
      readonly message: string
      readonly data: Record<string, unknown>
    }
  | { readonly kind: 'duplicate'; readonly answer: unknown }

/**
 * The judge that a room's decisions ask, in order, inside the flush. Nothing is written before the
 * decisions are known: `judge` takes, `release` gives back what a refused decision took.
 */
export interface Judge {
  judge(index: number): Verdict
  release(index: number): void
}

/** What a room did in a flush; all empty when every command was refused. */
export interface Decided {
  readonly commands: readonly DoneCommand[]
  /** Commit events only, numbered from the batch's `firstSeq`. */
  readonly events: readonly RoomEvent[]
  readonly timers: readonly TimerChange[]
  /** When the room's earliest timer is due, after these changes. */
  readonly wakeAt: number | undefined
  /** Events of these that services outside want to hear of. */
  readonly outbox: readonly RoomEvent[]
}

/** One room's part of a flush. */
export interface RoomBatch {
  readonly room: RoomKey
  readonly epoch: number
  /** The number that the room's next event gets: the fence is `last_seq = firstSeq - 1`. */
  readonly firstSeq: number
  readonly settle: readonly SettleRequest[]
  /** Called at most once, synchronously, inside the transaction, after the fence held. Never throws. */
  decide(judge: Judge): Decided
}

/** `fenced`: somebody else owns the room now; nothing of this batch was written. */
export type FlushResult = 'written' | 'fenced'

/**
 * Where rooms are durable. Implementations: memory, and SQL over PGlite or Postgres; one contract suite
 * holds them to the same behaviour.
 */
export interface Journal {
  /**
   * Takes the room for `owner`: the next epoch, which fences any former owner. Throws RoomError
   * `room.elsewhere` with `{ node }` while another live incarnation holds it, and with `leaseMs`, the ms
   * for which its lease holds, where the store can tell; `unavailable` while the store is away.
   */
  open(room: RoomKey, owner: Owner): Promise<OpenedRoom>
  /**
   * Writes many rooms in one transaction: fence, settle, decide, append. A rejection means that the
   * outcome is unknown or nothing was written: every room of it must be opened again.
   */
  flush(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]>
  /** Stores the state as of `at`, fenced by `at.epoch`, and drops entries no longer needed. False: fenced. */
  checkpoint(room: RoomKey, at: Position, snapshot: Uint8Array): Promise<boolean>
  /** Entries with events after `after`, oldest first; undefined when the log no longer reaches back so far. */
  read(room: RoomKey, after: number, limit: number): Promise<readonly JournalEntry[] | undefined>
  /**
   * Rooms with a timer due at `now` (ms) that no live incarnation owns, so that somebody opens them; last those
   * of `own`, who may have been given a room without a word.
   */
  due(now: number, limit: number, own?: Owner): Promise<readonly RoomKey[]>
  /**
   * Gives the room up, if `epoch` is still its epoch: to `to`, who alone may open it while alive, or to
   * whoever comes first.
   */
  release(room: RoomKey, epoch: number, to?: Owner): Promise<void>
}

/**
 * What settles money or limits in bulk; `Tx` is the journal's transaction, `Write` one of its statements.
 * What is to be written is given, not done, so that the commit can travel behind it.
 */
export interface Settler<Tx, Write> {
  readonly name: string
  /** Locks and loads what the requests need. The result judges in memory, then tells what remains. */
  prepare(tx: Tx, requests: readonly SettleRequest[]): Promise<Settlement<Write>>
}

export interface Settlement<Write> {
  judge(index: number): Verdict
  release(index: number): void
  /** Stores all that was judged `settled` and not released; `answerOf` is what its sender will be answered. */
  writes(answerOf: (index: number) => unknown): readonly Write[]
}

/** Stores events of some types in business tables, in the flush's transaction. */
export interface Recorder<Write> {
  readonly types: readonly string[]
  /** Done in their order. */
  writes(rows: readonly RecordedEvent[]): readonly Write[]
}

export interface RecordedEvent extends RoomEvent {
  readonly room: RoomKey
  readonly epoch: number
  readonly seq: number
}
