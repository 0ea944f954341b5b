/** Time and randomness that a test holds in its hand. */

import type { Environment } from '../room-core.ts'

/** Starts at 2026-01-01; `advance` runs what falls due, in order. Defects are thrown away unless read. */
export class ManualEnvironment implements Environment {
  #now = 1_767_225_600_000
  #ids = 0
  #random: number
  readonly #tasks = new Set<{ at: number; task: () => void }>()
  readonly defects: { error: unknown; where: string }[] = []

  constructor(seed = 1) {
    this.#random = seed
  }

  readonly now = (): number => this.#now

  /** mulberry32: small, fast and good enough to spread a simulation. */
  readonly random = (): number => {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let x = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }

  readonly newId = (): string => this.idAt(this.#now)

  /** A UUIDv7 of the given time, different at each call. */
  idAt(time: number): string {
    const hex = time.toString(16).padStart(12, '0')
    const rest = (this.#ids += 1).toString(16).padStart(12, '0')
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${rest}`
  }

  readonly after = (ms: number, task: () => void): (() => void) => {
    const entry = { at: this.#now + ms, task }
    this.#tasks.add(entry)
    return () => this.#tasks.delete(entry)
  }

  readonly defect = (error: unknown, where: string): void => {
    this.defects.push({ error, where })
  }

  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = [...this.#tasks].sort((a, b) => a.at - b.at)[0]
      if (!next || next.at > end) break
      this.#tasks.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.task()
    }
    this.#now = end
  }
}
