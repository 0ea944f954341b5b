/** What was done when, for the report, and when the harm was over, for the judge. */

export interface Moment {
  /** Ms since the start. */
  readonly at: number
  readonly what: string
  readonly kind: 'note' | 'fault' | 'heal'
}

export class Timeline {
  readonly moments: Moment[] = []
  readonly startedAt = performance.now()
  readonly #tell: (line: string) => void

  constructor(tell: (line: string) => void) {
    this.#tell = tell
  }

  note(what: string): void {
    this.#add('note', what)
  }

  /** Harm is done. */
  fault(what: string): void {
    this.#add('fault', what)
  }

  /** It is over. */
  heal(what: string): void {
    this.#add('heal', what)
  }

  /** Of the last harm or its end, on the monotonic clock. */
  get healedAt(): number {
    const last = this.moments.findLast(({ kind }) => kind !== 'note')
    return this.startedAt + (last?.at ?? 0)
  }

  /** Ms since the last harm began. */
  get sinceFault(): number {
    return performance.now() - (this.faults.at(-1) ?? this.startedAt)
  }

  get faults(): readonly number[] {
    return this.moments.filter(({ kind }) => kind === 'fault').map(({ at }) => this.startedAt + at)
  }

  #add(kind: Moment['kind'], what: string): void {
    const at = performance.now() - this.startedAt
    this.moments.push({ at, what, kind })
    this.#tell(`${(at / 1_000).toFixed(1).padStart(7)} s  ${what}`)
  }
}
