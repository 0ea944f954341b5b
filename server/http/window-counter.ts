/** Counts tries in this process: a number and a time a key, without a timer or a promise for each. */

import type { Counter } from '../../services/counter.ts'

export interface WindowOptions {
  /** Tries within a window. */
  readonly limit: number
  readonly windowMs: number
  /** Monotonic ms. */
  readonly now: () => number
  /** What is thrown for `msBeforeNext`. */
  readonly refusal: (msBeforeNext: number) => Error
}

interface Window {
  left: number
  readonly until: number
}

/** A key's window starts with its first try. Two generations: what is over is forgotten without a search. */
export class WindowCounter implements Counter {
  readonly #options: WindowOptions
  #young = new Map<string, Window>()
  #old = new Map<string, Window>()
  #turnAt = -Infinity

  constructor(options: WindowOptions) {
    this.#options = options
  }

  take(key: string): void {
    const { limit, windowMs, now, refusal } = this.#options
    const at = now()
    this.#turn(at)
    const window = this.#find(key, at)
    if (!window) this.#young.set(key, { left: limit - 1, until: at + windowMs })
    else if (window.left > 0) window.left -= 1
    else throw refusal(window.until - at)
  }

  give(key: string): void {
    const window = this.#find(key, this.#options.now())
    if (window) window.left += 1
  }

  reset(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  /** Keys that take memory now. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  #find(key: string, at: number): Window | undefined {
    const window = this.#young.get(key) ?? this.#old.get(key)
    return window && at < window.until ? window : undefined
  }

  /** What was young a window ago is over. */
  #turn(at: number): void {
    if (at < this.#turnAt) return
    const { windowMs } = this.#options
    this.#old = at - this.#turnAt >= windowMs ? new Map() : this.#young
    this.#young = new Map()
    this.#turnAt = at + windowMs
  }
}
