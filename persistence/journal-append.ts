/** Gathers what a flush appends, and writes it in one statement. */

import type { Decided, RoomBatch } from '../engine/kernel/journal.ts'
import { encodeState } from '../engine/kernel/snapshot-codec.ts'
import { integers, texts } from './arrays.ts'
import { pack } from './bytes-codec.ts'
import { append } from './journal.sql.ts'
import type { Write } from './tables.ts'
import { statement } from './transact.ts'

interface Row {
  readonly batch: RoomBatch
  readonly decided: Decided
  readonly payload: Buffer
}

export class JournalAppend {
  readonly #rows: Row[] = []

  /** Encodes at once. A room in which nothing took effect leaves no row. */
  add(batch: RoomBatch, decided: Decided): void {
    const { commands, events, timers } = decided
    if (!commands.length && !events.length && !timers.length) return
    this.#rows.push({ batch, decided, payload: pack(encodeState({ commands, events, timers })) })
  }

  writes(): Write[] {
    const rows = this.#rows
    if (!rows.length) return []
    let end = 1 // SQL counts bytes from 1
    const starts = rows.map(({ payload }) => (end += payload.length) - payload.length)
    const values = [
      texts(rows.map(({ batch }) => batch.room)),
      integers(rows.map(({ batch }) => batch.epoch)),
      integers(rows.map(({ batch }) => batch.firstSeq)),
      integers(rows.map(({ decided }) => decided.events.length)),
      integers(starts),
      integers(rows.map(({ payload }) => payload.length)),
      texts(rows.map(({ decided }) => timeOf(decided.wakeAt))),
      Buffer.concat(rows.map(({ payload }) => payload)),
      rows.length,
    ]
    return [statement(append, values)]
  }
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}
