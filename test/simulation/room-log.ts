/** The whole truth about one room: every event and answer that was ever committed. */

import type { Decided, Owner } from '../../engine/kernel/journal.ts'
import type { VirtualProcess } from './virtual-process.ts'

export interface Sum {
  readonly total: number
  readonly sold: number
  readonly rung: number
}

interface Written {
  readonly epoch: number
  readonly json: string
  readonly sum: Sum
}

export class RoomLog {
  /** `entries[n - 1]` is the event with number n. */
  readonly entries: Written[] = []
  /** Kept answers as JSON, by asker and id. */
  readonly answers = new Map<string, string>()
  /** Timers that are set: when they are due, and the command that set them. */
  readonly alarms = new Map<string, { at: number; set: string }>()
  opened: { epoch: number; by: VirtualProcess | undefined } = { epoch: 0, by: undefined }
  /** Who alone may open the room now. */
  given: Owner | undefined
  readonly #effects = new Set<string>()

  sumAt(seq: number): Sum {
    return this.entries[seq - 1]?.sum ?? { total: 0, sold: 0, rung: 0 }
  }

  /** Writes it down; the result tells what must not be. */
  append(
    epoch: number,
    { commands, events, timers }: Decided,
  ): { invariant: string; message: string } | undefined {
    let breach: { invariant: string; message: string } | undefined
    for (const { id, asker, answer } of commands) {
      const key = `${asker} ${id}`
      if (this.answers.has(key)) breach ??= { invariant: 'A', message: `${id} took effect twice` }
      this.answers.set(key, JSON.stringify(answer ?? null))
    }
    const before = new Set([...this.alarms.values()].map(({ set }) => set))
    for (const { key, set } of timers) {
      if (!set) this.alarms.delete(key)
      else {
        const { set: by } = set.input as { set: string }
        this.alarms.set(key, { at: set.at, set: by })
        before.add(by)
      }
    }
    for (const event of events) {
      const { type, data } = event
      const effect = type === 'alarm.rang' ? `alarm ${data.set}` : String(data.id)
      if (this.#effects.has(effect))
        breach ??= { invariant: type === 'alarm.rang' ? 'T' : 'A', message: `${effect} twice` }
      if (type === 'alarm.rang' && !before.has(data.set))
        breach ??= { invariant: 'T', message: `${effect} rang although it was not set` }
      this.#effects.add(effect)
      const { total, sold, rung } = this.sumAt(this.entries.length)
      const sum = {
        total: total + (type === 'tally.added' ? data.by : 0),
        sold: sold + (type === 'gift.sent' ? data.price : 0),
        rung: rung + (type === 'alarm.rang' ? 1 : 0),
      }
      this.entries.push({ epoch, json: JSON.stringify(event), sum })
    }
    return breach
  }
}
