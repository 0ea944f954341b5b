/** A small world for tests of money: users with coins, rooms with a streamer each, gifts through a journal. */

import { sql } from 'kysely'
import { uuidv7 } from 'uuidv7'
import type {
  Decided,
  FlushResult,
  Judge,
  RoomBatch,
  Verdict,
} from '../../engine/kernel/journal.ts'
import { giftSettler, type GiftSettled, type GiftSettlerOptions } from '../gift-settler.ts'
import { Ledger } from '../ledger.ts'
import { SqlJournal } from '../sql-journal.ts'
import type { Db } from '../tables.ts'

export interface GiftSend {
  readonly id: string
  readonly user: string
  readonly room: string
  readonly gift: string
  readonly count: number
  /** The room's decision refuses after the verdict. */
  readonly refuse?: boolean
}

export interface GiftOutcome {
  readonly send: GiftSend
  readonly verdict: Verdict
  readonly result: FlushResult
}

export class GiftWorld {
  readonly db: Db
  readonly ledger: Ledger
  readonly journal: SqlJournal
  readonly #rooms = new Map<string, { epoch: number; seq: number }>()

  constructor(db: Db, options: GiftSettlerOptions = {}) {
    this.db = db
    const { streamerPercent: _, ...limits } = options
    this.ledger = new Ledger(limits)
    this.journal = new SqlJournal(db, { settlers: [giftSettler(options)] })
  }

  /** The streamer of a room. */
  static hostOf(room: string): string {
    return `host_${room}`
  }

  topUp(user: string, amount: number): Promise<void> {
    return this.topUps([{ user, amount }])
  }

  /** In one transaction. */
  async topUps(all: readonly { user: string; amount: number }[]): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      for (const { user, amount } of all) {
        await this.ledger.transfer(tx, {
          id: uuidv7(),
          kind: 'topup',
          from: { kind: 'mint', owner: 'test' },
          to: { kind: 'user', owner: user },
          amount,
        })
      }
    })
  }

  /** One flush with all of them; a room's gifts are decided in their order, rooms in that of their first. */
  async flush(sends: readonly GiftSend[]): Promise<GiftOutcome[]> {
    const keys = [...new Set(sends.map(({ room }) => room))]
    for (const key of keys) if (!this.#rooms.has(key)) await this.open(key)
    const outcomes = new Map<GiftSend, Verdict>()
    const batches = keys.map((key) =>
      this.#batch(
        key,
        sends.filter(({ room }) => room === key),
        outcomes,
      ),
    )
    const results = await this.journal.flush(batches)
    for (const [index, { room, events }] of batches.entries())
      if (results[index] === 'written') this.#rooms.get(room)!.seq += events()
    return sends.flatMap((send) => {
      const verdict = outcomes.get(send)
      return verdict ? [{ send, verdict, result: results[keys.indexOf(send.room)]! }] : []
    })
  }

  async open(room: string, incarnation = 'test'): Promise<void> {
    const { position } = await this.journal.open(room, { node: 'test', incarnation })
    this.#rooms.set(room, { ...position })
  }

  async balance(user: string, kind: 'user' | 'streamer' = 'user'): Promise<number> {
    return (await this.ledger.balances(this.db, [{ kind, owner: user }]))[0]!
  }

  async clear(): Promise<void> {
    await sql`truncate actor, snapshot, journal, outbox`.execute(this.db)
    this.#rooms.clear()
    await this.clearMoney()
  }

  /** Rooms stay open and go on counting. */
  async clearMoney(): Promise<void> {
    await sql`truncate transfer, entry`.execute(this.db)
    await sql`delete from account where kind <> 'platform'`.execute(this.db)
    await sql`update account set balance = 0, credited = 0 where credited <> 0`.execute(this.db)
  }

  #batch(
    room: string,
    sends: readonly GiftSend[],
    outcomes: Map<GiftSend, Verdict>,
  ): RoomBatch & { events(): number } {
    const { epoch, seq } = this.#rooms.get(room)!
    let events = 0
    return {
      room,
      epoch,
      firstSeq: seq + 1,
      settle: sends.map(({ id, user, gift, count }) => ({
        by: 'gift',
        id,
        room,
        asker: user,
        now: Date.now(),
        request: { gift, count, to: GiftWorld.hostOf(room) },
      })),
      decide: (judge: Judge): Decided => {
        const decided = decideGifts(sends, judge, outcomes)
        events = decided.events.length
        return decided
      },
      events: () => events,
    }
  }
}

function decideGifts(
  sends: readonly GiftSend[],
  judge: Judge,
  outcomes: Map<GiftSend, Verdict>,
): Decided {
  const commands = []
  const events = []
  for (const [index, send] of sends.entries()) {
    const verdict = judge.judge(index)
    outcomes.set(send, verdict)
    if (verdict.kind !== 'settled') continue
    if (send.refuse) {
      judge.release(index)
      continue
    }
    const { amount, balance } = verdict.value as GiftSettled
    commands.push({ id: send.id, asker: send.user, answer: { amount, balance } })
    events.push({ type: 'gift.sent', data: { id: send.id, amount }, at: 1 })
  }
  return { commands, events, timers: [], wakeAt: undefined, outbox: [] }
}
