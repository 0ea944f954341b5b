/** Transactions that keep their rows for long: who needs those rows has an excuse for being slow. */

import type { Health } from './health.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { World } from './world.ts'

interface Keeper {
  readonly process: VirtualProcess
  readonly keys: ReadonlySet<string>
  readonly since: number
}

/** A transaction of a node that nothing struck takes less, ms. */
const longMs = 50

export class KeptRows {
  readonly #world: World
  readonly #health: Health
  readonly #ended: Keeper[] = []

  constructor(world: World, health: Health) {
    this.#world = world
    this.#health = health
  }

  ended(keeper: Keeper): void {
    if (this.#world.now - keeper.since > longMs) this.#ended.push(keeper)
  }

  /**
   * H: `by` waits for rows of its own; while they are kept by others it is excused. All the while, for it may give
   * up before it has them. The result tells that it waits no more.
   */
  wait(by: VirtualProcess, keys: ReadonlySet<string>, open: Iterable<Keeper>): () => void {
    const asked = this.#world.now
    let excused = false
    const look = (): void => {
      if (this.#world.now - asked < longMs || !this.#areKept(by, keys, open)) return
      this.#health.excuse(by.node, excused)
      excused = true
    }
    const lookOn = (): void => {
      cancel = this.#world.after(longMs, 'store', lookOn)
      look()
    }
    let cancel = this.#world.after(longMs, 'store', lookOn)
    return () => {
      cancel()
      look()
    }
  }

  #areKept(by: VirtualProcess, keys: ReadonlySet<string>, open: Iterable<Keeper>): boolean {
    return [...open, ...this.#ended].some(
      (one) =>
        this.#world.now - one.since > longMs &&
        one.process !== by &&
        [...keys].some((key) => one.keys.has(key)),
    )
  }
}
