/** Journals for tests, each with a purse settler, a recorder and an outbox to look into. */

import { sql } from 'kysely'
import type { Journal, Owner, RecordedEvent } from '../../engine/kernel/journal.ts'
import { MemoryJournal, type Effect } from '../../engine/kernel/memory-journal.ts'
import { MemoryLeaseStore } from '../memory-lease-store.ts'
import type { LeaseStore } from '../lease.ts'
import { SqlJournal } from '../sql-journal.ts'
import { SqlLeaseStore } from '../sql-lease-store.ts'
import type { Db, Tx, Write } from '../tables.ts'
import { statement } from '../transact.ts'
import { purseSettler, type PurseRow } from './purse-settler.ts'

export interface JournalUnderTest {
  readonly journal: Journal
  /** The same rooms, seen from another process. */
  readonly other: Journal
  readonly leases: LeaseStore
  /** Withdrawals that were written, by id. */
  settled(): Promise<readonly PurseRow[]>
  /** Events of type `recorded` that the recorder wrote. */
  recorded(): Promise<readonly RecordedEvent[]>
  /** Types of what the outbox holds, in order. */
  outbox(): Promise<readonly string[]>
}

export interface JournalSettings {
  readonly coins?: number
  readonly keepMs?: number
}

/** Gives a new, empty journal each time. */
export type MakeJournal = (settings?: JournalSettings) => Promise<JournalUnderTest>

export async function memoryJournal({
  coins = 1_000,
}: JournalSettings = {}): Promise<JournalUnderTest> {
  const rows: PurseRow[] = []
  const recorded: RecordedEvent[] = []
  const leases = new MemoryLeaseStore()
  const alive = new Set<string>()
  const store = {
    load: async () => [...rows],
    adding: (more: readonly PurseRow[]) => [() => void rows.push(...more)],
  }
  const journal = new MemoryJournal({
    settlers: [purseSettler<undefined, Effect>(store, coins)],
    recorders: [{ types: ['recorded'], writes: (more) => [() => void recorded.push(...more)] }],
    alive: ({ incarnation }) => alive.has(incarnation),
  })
  const watched: LeaseStore = {
    alive: (owner) => leases.alive(owner),
    beat: async (owner, ttlMs, renew) => {
      const time = await leases.beat(owner, ttlMs, renew)
      if (time !== undefined) alive.add(owner.incarnation)
      return time
    },
    end: async (owner) => {
      alive.delete(owner.incarnation)
      await leases.end(owner)
    },
  }
  return {
    journal,
    other: journal,
    leases: watched,
    settled: async () => rows,
    recorded: async () => recorded,
    outbox: async () => journal.outbox.map(({ type }) => type),
  }
}

export async function sqlJournal(
  db: Db,
  { coins = 1_000, ...options }: JournalSettings = {},
): Promise<JournalUnderTest> {
  await sql`create table if not exists purse (id text primary key, amount bigint, answer jsonb)`.execute(
    db,
  )
  await sql`create table if not exists record (room text, epoch bigint, seq bigint, type text, data jsonb, at bigint)`.execute(
    db,
  )
  const journal = () =>
    new SqlJournal(db, {
      ...options,
      settlers: [purseSettler<Tx, Write>({ load: loadPurse, adding: addToPurse }, coins)],
      recorders: [{ types: ['recorded'], writes: record }],
    })
  return {
    journal: journal(),
    other: journal(),
    leases: new SqlLeaseStore(db),
    settled: async () => (await sql<PurseRow>`select * from purse order by id`.execute(db)).rows,
    recorded: async () =>
      (await sql<RecordedEvent>`select * from record order by room, seq`.execute(db)).rows,
    outbox: async () => {
      const { rows } = await sql<{ topic: string }>`select topic from outbox order by seq`.execute(
        db,
      )
      return rows.map(({ topic }) => topic)
    },
  }
}

export function owner(node: string, incarnation = node): Owner {
  return { node, incarnation }
}

async function loadPurse(tx: Tx): Promise<readonly PurseRow[]> {
  await sql`select pg_advisory_xact_lock(1)`.execute(tx)
  return (await sql<PurseRow>`select * from purse`.execute(tx)).rows
}

function addToPurse(rows: readonly PurseRow[]): Write[] {
  return rows.map(({ id, amount, answer }) =>
    statement('insert into purse values ($1, $2, $3)', [id, amount, JSON.stringify(answer)]),
  )
}

function record(rows: readonly RecordedEvent[]): Write[] {
  return rows.map(({ room, epoch, seq, type, data, at }) =>
    statement('insert into record values ($1, $2, $3, $4, $5, $6)', [
      ...[room, epoch, seq, type, JSON.stringify(data), at],
    ]),
  )
}
