/** The clock of a run: a row of figures each second, notes and phases at their times. */

import type { Figures } from './figures.ts'
import type { Progress } from './progress.ts'

export interface PaceOptions {
  readonly figures: Figures
  readonly progress: Progress
  /** Of the load. */
  readonly seconds: number
  /** Asked in each second, before its row is closed. */
  readonly look: readonly { look(): Promise<void> }[]
}

export interface Note {
  /** Seconds since the start of the load. */
  readonly t: number
  readonly text: string
}

export class Pace {
  readonly notes: Note[] = []
  /** Where each phase begins, seconds. */
  readonly phases: Note[] = []
  readonly #options: PaceOptions
  readonly #timer: NodeJS.Timeout
  #zero = performance.now()
  #loading = false
  #looking: Promise<void> | undefined
  #cpu = process.cpuUsage()
  #cpuAt = performance.now()
  #lagAt = performance.now()

  constructor(options: PaceOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.look(), 1_000)
  }

  /** Seconds since the start of the load; before it, since this was made. */
  now(): number {
    return (performance.now() - this.#zero) / 1_000
  }

  /** The load begins: rows of the time before get negative times. */
  start(): void {
    const now = this.now()
    this.#options.figures.shift(now)
    this.#zero += now * 1_000
    this.#loading = true
  }

  note(text: string): void {
    this.notes.push({ t: this.now(), text })
    this.#options.progress.say(`  ${this.now().toFixed(0)} s: ${text}`)
  }

  phase(text: string): void {
    this.phases.push({ t: this.now(), text })
    this.note(text)
  }

  /** Resolves at that second of the load, or when it is over. */
  at(seconds: number, over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (over.aborted) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        over.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.max(0, (seconds - this.now()) * 1_000))
      over.addEventListener('abort', done)
    })
  }

  /** Closes a row; one at a time, so that a slow platform makes rows rarer and none wrong. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    const { figures, progress, look, seconds } = this.#options
    await Promise.all(look.map((one) => one.look()))
    const now = performance.now()
    const { user, system } = process.cpuUsage(this.#cpu)
    figures.level('harness.cpu', (user + system) / 1_000 / (now - this.#cpuAt))
    figures.level('interval', (now - this.#lagAt) / 1_000)
    this.#cpu = process.cpuUsage()
    this.#cpuAt = now
    this.#lagAt = now
    const row = figures.roll(this.now())
    if (this.#loading) progress.row(row, figures, seconds)
    else progress.ramp(row)
  }
}
