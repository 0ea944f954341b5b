/** A journal whose flushes fail in every way that a database's can. */

import type { FlushResult, RoomBatch } from '../journal.ts'
import { MemoryJournal, type MemoryJournalOptions } from '../memory-journal.ts'

/** `lost answer`: written, but the caller hears of a broken connection. */
export type Fault = 'none' | 'refused' | 'lost answer' | 'slow'

export class FaultyJournal extends MemoryJournal {
  readonly #fault: () => Fault

  constructor(options: MemoryJournalOptions, fault: () => Fault) {
    super(options)
    this.#fault = fault
  }

  override async flush(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]> {
    const fault = this.#fault()
    if (fault === 'refused') throw new Error('the connection broke before anything was written')
    if (fault === 'slow') for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    const results = await super.flush(batches)
    if (fault === 'lost answer') throw new Error('the connection broke after the commit')
    return results
  }
}
