/** Carries danmaku from the rooms of this node to the table, in batches, beside the rooms' own path. */

import type { RoomEvent } from '../../../engine/kernel/journal.ts'
import type { RoomKey } from '../../../engine/kernel/position.ts'
import { keepLines, type SaidLine } from './danmaku.store.ts'
import type { Db } from '../../../persistence/tables.ts'

export interface DanmakuArchiveOptions {
  /** Lines that may wait for the database; further ones are dropped and counted. Default 50,000. */
  readonly capacity?: number
  /** Lines a statement. Default 500. */
  readonly batch?: number
  /** The longest that a line waits for a batch to fill, ms. Default 1,000. */
  readonly everyMs?: number
  /** Told when lines could not be kept. */
  readonly onError?: (error: unknown, dropped: number) => void
}

/**
 * Told of what a room published. Lines are no money: they are kept at most once each, and a crash loses
 * those of the last second. While the database is away they wait, as many as fit.
 */
export class DanmakuArchive {
  readonly #db: Db
  readonly #options: Required<Omit<DanmakuArchiveOptions, 'onError'>> &
    Pick<DanmakuArchiveOptions, 'onError'>
  #waiting: SaidLine[] = []
  #flight: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** The database was away: the timer tries again, not every line. */
  #away = false
  #dropped = 0

  constructor(db: Db, options: DanmakuArchiveOptions = {}) {
    this.#db = db
    this.#options = { capacity: 50_000, batch: 500, everyMs: 1_000, ...options }
  }

  /** Lines dropped since the start: for lack of room, or because the database refused them. */
  get dropped(): number {
    return this.#dropped
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Call it with every batch that a leading room publishes. Never waits, never throws. */
  observe(room: RoomKey, events: readonly RoomEvent[]): void {
    for (const { type, data, at } of events) {
      if (type !== 'danmaku.sent') continue
      if (this.#waiting.length >= this.#options.capacity) this.#dropped += 1
      else this.#waiting.push({ ...data, at, room })
    }
    if (this.#waiting.length >= this.#options.batch && !this.#away) void this.#send()
    else if (this.#waiting.length) this.#arm()
  }

  /** Sends all that waits. Resolves also where the database is away; see `waiting`. */
  async flush(): Promise<void> {
    await this.#flight
    await this.#send()
  }

  /** Sends what waits and ends the timer. */
  async close(): Promise<void> {
    await this.flush()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #send(): Promise<void> {
    this.#flight ??= this.#drain().finally(() => {
      this.#flight = undefined
      if (this.#waiting.length) this.#arm()
    })
    return this.#flight
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#send()
    }, this.#options.everyMs).unref()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length) {
      const lines = this.#waiting.slice(0, this.#options.batch)
      try {
        await keepLines(this.#db, lines)
        this.#away = false
      } catch (error) {
        const refused = isRefusal(error)
        this.#away = !refused
        if (refused) this.#drop(lines.length)
        this.#options.onError?.(error, refused ? lines.length : 0)
        if (refused) continue
        return // away: the same lines go again with the next tick
      }
      this.#waiting.splice(0, lines.length)
    }
  }

  #drop(count: number): void {
    this.#waiting.splice(0, count)
    this.#dropped += count
  }
}

/** True where the database understood and said no (SQLSTATE 22 data, 23 constraint): again would not help. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && /^2[23]/.test(code)
}
