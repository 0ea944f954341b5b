/** Virtual time: everything that happens in a simulation happens here, one after the other. */

import { EventHeap, type Happening } from './event-heap.ts'

/** A promise of the platform that did not hold. */
export interface Violation {
  /** Letter of the invariant, see docs/spec/simulation.md. */
  readonly invariant: string
  readonly message: string
  readonly at: number
}

/** More than this in one simulation is a loop. */
const mostEvents = 60_000

export class World {
  /** Milliseconds since the start. */
  now = 0
  events = 0
  violation: Violation | undefined
  /** Of all that happened, in order: two runs with one hash were the same. */
  hash = 0x811c9dc5
  readonly lines: string[] | undefined
  readonly #heap = new EventHeap()
  readonly #labels = new Map<string, number>()
  #order = 0

  constructor(traced = false) {
    this.lines = traced ? [] : undefined
  }

  /** Runs `task` after `ms`; the result cancels it. */
  after(ms: number, label: string, run: () => void): () => void {
    const time = this.now + Math.max(0, ms)
    const happening: Happening = { time, order: (this.#order += 1), label, run }
    this.#heap.push(happening)
    return () => {
      happening.run = undefined
    }
  }

  /** Adds to the hash and, where a trace is kept, a line to it. */
  note(label: string, value = 0, detail?: () => string): void {
    this.#mix(this.#labelOf(label))
    this.#mix(value)
    this.lines?.push(`${this.now.toFixed(1).padStart(9)}  ${label} ${detail ? detail() : value}`)
  }

  fail(invariant: string, message: string): void {
    if (this.violation) return
    this.violation = { invariant, message, at: this.now }
    this.note('VIOLATED', 0, () => `${invariant}: ${message}`)
  }

  /**
   * Runs until `done`, a violation or the end of all events. Between two events every promise that can
   * settle does: `nextTick` out of a microtask comes after the last of them.
   */
  async run(done: () => boolean): Promise<void> {
    while (!this.violation && !done()) {
      const happening = this.#heap.pop()
      if (!happening) return
      const { run, time, label } = happening
      if (!run) continue
      this.now = time
      this.#mix(Math.floor(time * 16))
      this.#mix(this.#labelOf(label))
      try {
        run()
      } catch (error) {
        this.fail('crash', `${label} threw ${(error as Error).stack}`)
      }
      if ((this.events += 1) > mostEvents) this.fail('G', `more than ${mostEvents} events`)
      await new Promise<void>(turn)
    }
  }

  #mix(value: number): void {
    this.hash = Math.imul(this.hash ^ (value | 0), 0x01000193) ^ (this.hash >>> 15)
  }

  #labelOf(label: string): number {
    const known = this.#labels.get(label)
    if (known !== undefined) return known
    let hash = 0
    for (let index = 0; index < label.length; index += 1)
      hash = Math.imul(hash, 31) + label.charCodeAt(index)
    this.#labels.set(label, hash)
    return hash
  }
}

function turn(resolve: () => void): void {
  process.nextTick(resolve)
}
