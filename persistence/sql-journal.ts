/** The journal over SQL: every flush of a node is one transaction, fenced room by room. */

import type {
  Decided,
  FlushResult,
  Journal,
  JournalEntry,
  OpenedRoom,
  Owner,
  RecordedEvent,
  Recorder,
  RoomBatch,
  Settler,
} from '../engine/kernel/journal.ts'
import type { Position, RoomKey } from '../engine/kernel/position.ts'
import { RoomError, unavailable } from '../engine/kernel/room-error.ts'
import { decodeState } from '../engine/kernel/snapshot-codec.ts'
import { integers, texts } from './arrays.ts'
import { pack, unpack } from './bytes-codec.ts'
import './journal.store.ts'
import * as sqlText from './journal.sql.ts'
import { JournalAppend } from './journal-append.ts'
import { putting } from './outbox.store.ts'
import { Settlements } from './settlements.ts'
import { SettlingIds } from './settling-ids.ts'
import type { Db, Tx, Write } from './tables.ts'
import { isTransient, query, transact, transactByKeys, type Ending } from './transact.ts'
import { isUnreachable } from './unreachable.ts'

export interface SqlJournalOptions {
  readonly settlers?: readonly Settler<Tx, Write>[]
  readonly recorders?: readonly Recorder<Write>[]
  /** Milliseconds for which entries stay readable, although a later snapshot holds them. */
  readonly keepMs?: number
}

const defaultKeepMs = 120_000
const tries = 5

/** A flush takes two round trips: fence and prepare; write and commit. */
export class SqlJournal implements Journal {
  readonly #db: Db
  readonly #settlers: ReadonlyMap<string, Settler<Tx, Write>>
  readonly #recorders: readonly Recorder<Write>[]
  readonly #keepMs: number
  readonly #settling = new SettlingIds()

  constructor(db: Db, options: SqlJournalOptions = {}) {
    this.#db = db
    this.#settlers = new Map(options.settlers?.map((settler) => [settler.name, settler]))
    this.#recorders = options.recorders ?? []
    this.#keepMs = options.keepMs ?? defaultKeepMs
  }

  open(room: RoomKey, owner: Owner): Promise<OpenedRoom> {
    return transact(this.#db, async (tx) => {
      const [taken, snapshots, entries] = await Promise.all([
        query<{ epoch: number; last_seq: number; taken_from: string | null }>(tx, sqlText.take, [
          room,
          owner.node,
          owner.incarnation,
        ]),
        query<{ seq: number; state: Uint8Array }>(tx, sqlText.snapshotOf, [room]),
        query<EntryRow>(tx, sqlText.entriesOf, [room]),
      ])
      if (!taken[0]) throw await this.#elsewhere(tx, room)
      const snapshot = snapshots[0] && { seq: snapshots[0].seq, bytes: unpack(snapshots[0].state) }
      const position = { epoch: taken[0].epoch, seq: taken[0].last_seq }
      const { taken_from: takenFrom } = taken[0]
      return {
        position,
        snapshot,
        tail: entries.map(entryOf),
        ...(takenFrom !== null && { takenFrom }),
      }
    }).catch((error: unknown) => {
      throw isUnreachable(error) ? unavailable(error) : error
    })
  }

  async flush(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]> {
    if (!batches.length) return []
    const ids = batches.flatMap(({ settle }) => settle.map(({ id }) => id))
    return this.#settling.alone(ids, () => this.#decideOnce(batches))
  }

  async #decideOnce(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]> {
    let decided = false
    const deciding = () => (decided = true)
    for (let attempt = 1; ; attempt++) {
      try {
        return await transactByKeys(this.#db, (tx) => this.#flush(tx, batches, deciding))
      } catch (error) {
        if (decided || attempt === tries || !isTransient(error)) throw error
      }
    }
  }

  async checkpoint(room: RoomKey, at: Position, snapshot: Uint8Array): Promise<boolean> {
    const values = [room, at.epoch, at.seq, pack(snapshot), this.#keepMs]
    const rows = await query<{ held: boolean }>(this.#db, sqlText.checkpoint, values)
    return rows[0]!.held
  }

  async read(
    room: RoomKey,
    after: number,
    limit: number,
  ): Promise<readonly JournalEntry[] | undefined> {
    const [actors, rows] = await transact(this.#db, (tx) =>
      Promise.all([
        query<{ last_seq: number }>(tx, 'select last_seq from actor where room_id = $1', [room]),
        query<EntryRow>(tx, sqlText.entriesAfter, [room, after, limit]),
      ]),
    )
    const lastSeq = actors[0]?.last_seq
    if (lastSeq === undefined || after > lastSeq) return undefined
    if (after === lastSeq) return []
    if (!rows[0] || rows[0].first_seq > after + 1) return undefined
    return rows.map(entryOf)
  }

  async due(now: number, limit: number, own?: Owner): Promise<readonly RoomKey[]> {
    const owner = [own?.node ?? null, own?.incarnation ?? null]
    const asked = [new Date(now), limit, ...owner]
    const rows = await query<{ room_id: RoomKey }>(this.#db, sqlText.due, asked)
    return rows.map((row) => row.room_id)
  }

  async release(room: RoomKey, epoch: number, to?: Owner): Promise<void> {
    const owner = [to?.node ?? null, to?.incarnation ?? null]
    await query(this.#db, sqlText.release, [room, epoch, ...owner])
  }

  async #flush(
    tx: Tx,
    batches: readonly RoomBatch[],
    deciding: () => void,
  ): Promise<Ending<readonly FlushResult[]>> {
    const [held, settlements] = await Promise.all([
      this.#fence(tx, batches),
      Settlements.prepare(tx, this.#settlers, batches),
    ])
    deciding()
    const append = new JournalAppend()
    const recorded: RecordedEvent[] = []
    const outbox: RecordedEvent[] = []
    for (const batch of batches) {
      if (!held.has(batch.room)) continue
      const decided = batch.decide(settlements.judgeOf(batch))
      settlements.decided(batch, decided)
      append.add(batch, decided)
      collect(batch, decided, recorded, outbox)
    }
    const messages = outbox.map(({ type, room, seq, at, data }) => ({
      topic: type,
      key: room,
      payload: { room, seq, at, data },
    }))
    return {
      writes: [
        ...settlements.writes(),
        ...this.#recording(recorded),
        ...putting(messages),
        ...append.writes(),
      ],
      result: batches.map(({ room }) => (held.has(room) ? 'written' : 'fenced')),
    }
  }

  async #fence(tx: Tx, batches: readonly RoomBatch[]): Promise<Set<RoomKey>> {
    const rows = await query<{ room_id: RoomKey }>(tx, sqlText.fence, [
      texts(batches.map(({ room }) => room)),
      integers(batches.map(({ epoch }) => epoch)),
      integers(batches.map(({ firstSeq }) => firstSeq)),
    ])
    return new Set(rows.map((row) => row.room_id))
  }

  #recording(events: readonly RecordedEvent[]): Write[] {
    return this.#recorders.flatMap((recorder) => {
      const wanted = events.filter(({ type }) => recorder.types.includes(type))
      return wanted.length ? recorder.writes(wanted) : []
    })
  }

  async #elsewhere(tx: Tx, room: RoomKey): Promise<RoomError> {
    const rows = await query<{ node: string; lease_ms: number }>(tx, sqlText.ownerOf, [room])
    const { node, lease_ms: leaseMs } = rows[0]!
    return new RoomError('room.elsewhere', `The room is open on node ${node}.`, {
      retry: 'retry',
      data: { node, leaseMs },
    })
  }
}

interface EntryRow {
  epoch: number
  first_seq: number
  payload: Uint8Array
}

function entryOf({ epoch, first_seq, payload }: EntryRow): JournalEntry {
  const content = decodeState<Pick<JournalEntry, 'commands' | 'events' | 'timers'>>(unpack(payload))
  return { epoch, firstSeq: first_seq, ...content }
}

function collect(
  { room, epoch, firstSeq }: RoomBatch,
  decided: Decided,
  recorded: RecordedEvent[],
  outbox: RecordedEvent[],
): void {
  for (const [index, event] of decided.events.entries()) {
    const row = { ...event, room, epoch, seq: firstSeq + index }
    recorded.push(row)
    if (decided.outbox.includes(event)) outbox.push(row)
  }
  // Events that are not kept have no number.
  for (const event of decided.outbox)
    if (!decided.events.includes(event)) outbox.push({ ...event, room, epoch, seq: 0 })
}
