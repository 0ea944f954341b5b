/** Hands outbox messages to those who act on them: at least once, and in order per key. */

import { sql } from 'kysely'
import { integers, texts } from './arrays.ts'
import type { Database } from './database.ts'
import { outboxChannel } from './outbox.store.ts'
import { query } from './transact.ts'

export { put, outboxChannel, type OutboxMessage } from './outbox.store.ts'

export interface OutboxRow {
  /** UUIDv7: the same in every repetition. */
  readonly id: string
  readonly topic: string
  readonly key: string
  readonly payload: any
  readonly createdAt: Date
  /** 1 for the first. */
  readonly attempt: number
}

/** By topic or its beginning (`stream.`); the longest that fits is called. */
export type OutboxHandlers = Readonly<Record<string, (row: OutboxRow) => Promise<void>>>

export interface OutboxOptions {
  /** Milliseconds after which an unfinished message is given to somebody else. */
  readonly claimMs?: number
  /** Looks this often even when nobody calls. */
  readonly pollMs?: number
  readonly firstBackoffMs?: number
  readonly longestBackoffMs?: number
  /** Failures after which a message is parked. */
  readonly tries?: number
  /** Told of each failure. */
  readonly onFailure?: (row: OutboxRow, error: unknown, parked: boolean) => void
}

/**
 * Several consumers, also in several processes, share the work. A message that fails is tried again
 * after a growing pause, and holds up its key meanwhile; after `tries` failures it is parked, counted,
 * and its key goes on.
 */
export class OutboxConsumer {
  readonly #database: Database
  readonly #handlers: OutboxHandlers
  readonly #options: Required<OutboxOptions>
  readonly #prefixes: readonly string[]
  #parked = 0
  #handled = 0
  #unlisten: (() => Promise<void>) | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #again = false
  #stopped = true

  constructor(database: Database, handlers: OutboxHandlers, options: OutboxOptions = {}) {
    this.#database = database
    this.#handlers = handlers
    this.#prefixes = Object.keys(handlers).sort((a, b) => b.length - a.length)
    this.#options = {
      claimMs: 30_000,
      pollMs: 1_000,
      firstBackoffMs: 200,
      longestBackoffMs: 60_000,
      tries: 12,
      onFailure: () => undefined,
      ...options,
    }
  }

  /** Handled and parked by this consumer. */
  get counts(): { handled: number; parked: number } {
    return { handled: this.#handled, parked: this.#parked }
  }

  async start(): Promise<void> {
    this.#stopped = false
    this.#unlisten = await this.#database.listen(outboxChannel, () => this.wake())
    this.#timer = setInterval(() => this.wake(), this.#options.pollMs)
    this.wake()
  }

  /** Lets the handlers under way finish. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#unlisten?.()
    await this.#running
  }

  /** Looks for messages now. */
  wake(): void {
    this.#again = true
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false
      try {
        if (await this.#round()) this.#again = true
      } catch {
        return // the database cannot be reached; the next poll tries again
      }
    }
  }

  /** True when there may be more. */
  async #round(): Promise<boolean> {
    const rows = await this.#claim()
    const outcomes = await Promise.all(rows.map((row) => this.#handle(row)))
    const done = rows.filter((_, index) => outcomes[index])
    if (done.length) await this.#remove(done)
    this.#handled += done.length
    return rows.length > 0
  }

  #claim(): Promise<OutboxRow[]> {
    const patterns = this.#prefixes.map((prefix) => `${prefix.replace(/[\\%_]/g, '\\$&')}%`)
    return query<OutboxRow>(this.#database.db, claimText, [patterns, this.#options.claimMs])
  }

  async #handle(row: OutboxRow): Promise<boolean> {
    const prefix = this.#prefixes.find((prefix) => row.topic.startsWith(prefix))!
    try {
      await this.#handlers[prefix]!(row)
      return true
    } catch (error) {
      await this.#fail(row, error)
      return false
    }
  }

  async #remove(rows: readonly OutboxRow[]): Promise<void> {
    const ids = texts(rows.map(({ id }) => id))
    // Only claims that are still ours: one that took too long belongs to somebody else now.
    const attempts = integers(rows.map(({ attempt }) => attempt))
    await query(this.#database.db, removeText, [ids, attempts])
  }

  async #fail(row: OutboxRow, error: unknown): Promise<void> {
    const { tries, firstBackoffMs, longestBackoffMs, onFailure } = this.#options
    const parked = row.attempt >= tries
    const pauseMs = Math.min(firstBackoffMs * 2 ** (row.attempt - 1), longestBackoffMs)
    const text = (error instanceof Error ? error.message : String(error)).slice(0, 500)
    await sql`update outbox set parked = ${parked}, error = ${text},
        due_at = clock_timestamp() + ${pauseMs}::float8 * interval '1 millisecond'
      where id = ${row.id} and attempts = ${row.attempt}`.execute(this.#database.db)
    if (parked) this.#parked += 1
    onFailure(row, error, parked)
    if (!this.#stopped) setTimeout(() => this.wake(), pauseMs + 1).unref()
  }
}

/** The oldest message of each key, unless it is not due; taken for `claimMs`. */
const claimText = `
update outbox o
set attempts = o.attempts + 1,
    due_at = clock_timestamp() + $2::float8 * interval '1 millisecond'
from (
  select c.seq from outbox c
  where c.topic like any($1::text[]) and not c.parked and c.due_at <= clock_timestamp()
    and not exists (
      select from outbox earlier
      where earlier.key = c.key and earlier.seq < c.seq and not earlier.parked
        and earlier.topic like any($1::text[])
    )
  order by c.seq limit 50
  for update skip locked
) mine
where o.seq = mine.seq
returning o.id, o.topic, o.key, o.payload, o.created_at as "createdAt", o.attempts as attempt`

const removeText = `
delete from outbox o using unnest($1::uuid[], $2::int[]) as d(id, attempts)
where o.id = d.id and o.attempts = d.attempts`
