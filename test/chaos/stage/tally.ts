/** What came of the rooms of a run: counts, silences and findings added up. */

import { of, type ClientLog } from '../checker/evidence.ts'
import type { Finding } from '../checker/findings.ts'
import { silences, type Silence } from './recovery.ts'
import type { Timeline } from './timeline.ts'

const kinds = {
  offered: 'offer',
  acknowledged: 'ack',
  refused: 'refuse',
  seen: 'see',
  reconnects: 'recovered',
} as const

export class Tally {
  readonly counts: Record<string, number> = {}
  readonly silences: Silence[] = []
  readonly #findings = new Map<string, Finding>()

  get findings(): readonly Finding[] {
    return [...this.#findings.values()]
  }

  /** A room's people, whose logs end here, and the verdict on it. */
  add(people: readonly ClientLog[], findings: readonly Finding[], timeline: Timeline): void {
    this.#count('people', people.length)
    for (const [name, kind] of Object.entries(kinds))
      this.#count(
        name,
        people.reduce((sum, person) => sum + of(person, kind).length, 0),
      )
    const from = Math.min(...people.flatMap(({ entries }) => entries[0]?.t ?? Infinity))
    const faults = timeline.faults.filter((at) => at >= from)
    this.silences.push(...silences(people, faults, timeline.startedAt))
    for (const finding of findings) this.find(finding)
  }

  find(finding: Finding): void {
    const { id, title } = finding
    const key = `${id} ${title}`
    const before = this.#findings.get(key)
    const merged = before && {
      ...finding,
      checked: before.checked + finding.checked,
      breaches: before.breaches + finding.breaches,
      examples: [...before.examples, ...finding.examples].slice(0, 8),
    }
    this.#findings.set(key, merged ?? finding)
  }

  #count(name: string, count: number): void {
    this.counts[name] = (this.counts[name] ?? 0) + count
  }
}
