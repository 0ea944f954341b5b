/** The journal in memory: the twin of the SQL one for tests, simulations and benchmarks. */

import type {
  Decided,
  FlushResult,
  Journal,
  JournalEntry,
  Judge,
  OpenedRoom,
  Owner,
  RecordedEvent,
  Recorder,
  RoomBatch,
  SettleRequest,
  Settlement,
  Settler,
} from './journal.ts'
import type { Position, RoomKey } from './position.ts'
import { RoomError } from './room-error.ts'

interface Row {
  epoch: number
  lastSeq: number
  owner: Owner | undefined
  snapshot: { seq: number; bytes: Uint8Array } | undefined
  entries: JournalEntry[]
  wakeAt: number | undefined
}

/** A statement in memory. */
export type Effect = () => void

export type MemorySettler = Settler<undefined, Effect>

export interface MemoryJournalOptions {
  readonly settlers?: readonly MemorySettler[]
  readonly recorders?: readonly Recorder<Effect>[]
  /** Whether an owner still holds its node lease. Without it a room is free for everybody. */
  readonly alive?: (owner: Owner) => boolean
}

export class MemoryJournal implements Journal {
  readonly #rows = new Map<RoomKey, Row>()
  readonly #settlers: ReadonlyMap<string, MemorySettler>
  readonly #recorders: readonly Recorder<Effect>[]
  readonly #alive: (owner: Owner) => boolean
  /** What services outside want to hear of, in order. */
  readonly outbox: RecordedEvent[] = []

  constructor(options: MemoryJournalOptions = {}) {
    this.#settlers = new Map((options.settlers ?? []).map((settler) => [settler.name, settler]))
    this.#recorders = options.recorders ?? []
    this.#alive = options.alive ?? (() => false)
  }

  async open(room: RoomKey, owner: Owner): Promise<OpenedRoom> {
    const row = this.#row(room)
    const held = row.owner
    if (held && held.incarnation !== owner.incarnation && this.#alive(held)) {
      throw new RoomError('room.elsewhere', `The room is open on node ${held.node}.`, {
        retry: 'retry',
        data: { node: held.node },
      })
    }
    const takenFrom = held && held.incarnation !== owner.incarnation ? held.node : undefined
    row.epoch += 1
    row.owner = owner
    const position = { epoch: row.epoch, seq: row.lastSeq }
    return {
      position,
      snapshot: row.snapshot,
      tail: [...row.entries],
      ...(takenFrom !== undefined && { takenFrom }),
    }
  }

  async flush(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]> {
    const settled = await this.#prepare(batches)
    const results: FlushResult[] = []
    for (const batch of batches) {
      // Looked at in the turn of the decision: a takeover may have come while settlers prepared.
      const row = this.#held(batch)
      results.push(row ? 'written' : 'fenced')
      if (!row) continue
      const decided = batch.decide(settled.judgeOf(batch))
      this.#append(batch, row, decided)
      settled.answered(decided)
    }
    settled.write()
    return results
  }

  async checkpoint(room: RoomKey, at: Position, bytes: Uint8Array): Promise<boolean> {
    const row = this.#rows.get(room)
    if (row?.epoch !== at.epoch) return false
    row.snapshot = { seq: at.seq, bytes }
    row.entries = row.entries.filter((entry) => entry.firstSeq > at.seq)
    return true
  }

  async read(
    room: RoomKey,
    after: number,
    limit: number,
  ): Promise<readonly JournalEntry[] | undefined> {
    const row = this.#rows.get(room)
    if (!row || after > row.lastSeq) return undefined
    if (after === row.lastSeq) return []
    const first = row.entries.find((entry) => entry.events.length)
    if (!first || first.firstSeq > after + 1) return undefined
    const newer = row.entries.filter(
      ({ firstSeq, events }) => firstSeq + events.length - 1 > after && events.length,
    )
    return newer.slice(0, limit)
  }

  async due(now: number, limit: number, own?: Owner): Promise<readonly RoomKey[]> {
    const free: RoomKey[] = []
    const mine: RoomKey[] = []
    for (const [room, { wakeAt, owner }] of this.#rows) {
      if (wakeAt === undefined || wakeAt > now) continue
      if (!owner || !this.#alive(owner)) free.push(room)
      else if (owner.incarnation === own?.incarnation) mine.push(room)
    }
    return [...free, ...mine].slice(0, limit)
  }

  async release(room: RoomKey, epoch: number, to?: Owner): Promise<void> {
    const row = this.#rows.get(room)
    if (row?.epoch === epoch) row.owner = to
  }

  /** The batch's room, while it is still the batch's own. */
  #held({ room, epoch, firstSeq }: RoomBatch): Row | undefined {
    const row = this.#rows.get(room)
    return row?.epoch === epoch && row.lastSeq === firstSeq - 1 ? row : undefined
  }

  #row(room: RoomKey): Row {
    let row = this.#rows.get(room)
    if (!row) {
      row = {
        epoch: 0,
        lastSeq: 0,
        owner: undefined,
        snapshot: undefined,
        entries: [],
        wakeAt: undefined,
      }
      this.#rows.set(room, row)
    }
    return row
  }

  #append(batch: RoomBatch, row: Row, decided: Decided): void {
    const { commands, events, timers } = decided
    row.wakeAt = decided.wakeAt
    if (!commands.length && !events.length && !timers.length) return
    const { room, epoch, firstSeq } = batch
    row.entries.push({ epoch, firstSeq, commands, events, timers })
    row.lastSeq += events.length
    const rows = events.map((event, index) => ({ ...event, room, epoch, seq: firstSeq + index }))
    this.outbox.push(...rows.filter((_, index) => decided.outbox.includes(events[index]!)))
    for (const recorder of this.#recorders) {
      const wanted = rows.filter(({ type }) => recorder.types.includes(type))
      if (wanted.length) for (const effect of recorder.writes(wanted)) effect()
    }
  }

  async #prepare(batches: readonly RoomBatch[]) {
    const byName = new Map<string, SettleRequest[]>()
    const places = new Map<SettleRequest, number>()
    for (const request of batches.flatMap(({ settle }) => settle)) {
      const requests = byName.get(request.by) ?? []
      byName.set(request.by, requests)
      places.set(request, requests.push(request) - 1)
    }
    const settlements = new Map<string, Settlement<Effect>>()
    for (const [name, requests] of byName) {
      const settler = this.#settlers.get(name)
      if (!settler) throw new TypeError(`no settler ${name}`)
      settlements.set(name, await settler.prepare(undefined, requests))
    }
    const answers = new Map<string, unknown>()
    const find = (request: SettleRequest) => ({
      settlement: settlements.get(request.by)!,
      place: places.get(request)!,
    })
    return {
      judgeOf: ({ settle }: RoomBatch): Judge => ({
        judge: (index) => {
          const { settlement, place } = find(settle[index]!)
          return settlement.judge(place)
        },
        release: (index) => {
          const { settlement, place } = find(settle[index]!)
          settlement.release(place)
        },
      }),
      answered: ({ commands }: Decided): void => {
        for (const { id, answer } of commands) answers.set(id, answer)
      },
      write: (): void => {
        for (const [name, settlement] of settlements) {
          const answerOf = (index: number) => answers.get(byName.get(name)![index]!.id)
          for (const effect of settlement.writes(answerOf)) effect()
        }
      },
    }
  }
}
