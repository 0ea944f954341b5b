/** Bounds what one socket sends, with a single number for each. */

import type { Rate } from './token-bucket.ts'

/** A message costs one token and one more for each full 4 KiB. One gate serves all sockets. */
export class FloodGate {
  readonly #tokenMs: number
  readonly #fullMs: number

  constructor({ perSecond, burst }: Rate) {
    this.#tokenMs = 1_000 / perSecond
    this.#fullMs = burst * this.#tokenMs
  }

  /**
   * A socket's tokens, told as the time at which all of them are back (ITU-T I.371's GCRA): it gives that
   * time after a message, or undefined where there were too few. A new socket's is 0.
   */
  pass(fullAt: number, bytes: number, now = performance.now()): number | undefined {
    const next = Math.max(now, fullAt) + (1 + (bytes >>> 12)) * this.#tokenMs
    return next - now <= this.#fullMs + rounding ? next : undefined
  }
}

const rounding = 1e-6
