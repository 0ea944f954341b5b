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

  /** H: `by` has waited since `asked` for rows of its own; were they kept by others, it is excused. */
  excuse(
    by: VirtualProcess,
    keys: ReadonlySet<string>,
    asked: number,
    open: Iterable<Keeper>,
  ): void {
    const { now } = this.#world
    if (now - asked < longMs) return
    const kept = [...open, ...this.#ended].some(
      (one) =>
        now - one.since > longMs &&
        one.process !== by &&
        [...keys].some((key) => one.keys.has(key)),
    )
    if (kept) this.#health.excuse(by.node)
  }
}
