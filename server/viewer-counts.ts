/** Brings the rooms' audience figures to the directory of live rooms, a few times a minute, in one write. */

import type { PublishedBatch } from '../engine/kernel/room-listeners.ts'
import type { RoomKey } from '../engine/kernel/position.ts'

export class ViewerCounts {
  readonly #write: (counts: ReadonlyMap<RoomKey, number>) => Promise<void>
  #changed = new Map<RoomKey, number>()
  readonly #timer: NodeJS.Timeout

  /** `write` is called every `everyMs` with the rooms whose figure changed; what fails is written next time. */
  constructor(write: (counts: ReadonlyMap<RoomKey, number>) => Promise<void>, everyMs = 2_000) {
    this.#write = write
    this.#timer = setInterval(() => void this.flush(), everyMs).unref()
  }

  observe(room: RoomKey, { events }: PublishedBatch): void {
    for (const { type, data } of events)
      if (type === 'audience.changed') this.#changed.set(room, data.count)
  }

  async flush(): Promise<void> {
    if (!this.#changed.size) return
    const counts = this.#changed
    this.#changed = new Map()
    try {
      await this.#write(counts)
    } catch {
      this.#changed = new Map([...counts, ...this.#changed])
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}
