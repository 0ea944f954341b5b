/** A process of a node: it can be killed and paused, and its clocks are its own. */

import type { NodePlan } from './plan.ts'
import type { World } from './world.ts'

/** 2026-01-01, true time at the start of every simulation, ms since 1970. */
export const epochMs = 1_767_225_600_000

export class VirtualProcess {
  readonly name: string
  readonly node: string
  alive = true
  /** Tasks of the program that wait for their time: a leak shows here. */
  timers = 0
  /** How much the wall clock is ahead, ms. */
  skewMs: number
  readonly #world: World
  readonly #rate: number
  #parked: { timer: boolean; task: () => void }[] | undefined

  constructor(world: World, plan: NodePlan, generation: number) {
    this.#world = world
    this.node = plan.name
    this.name = `${plan.name}.${generation}`
    this.skewMs = plan.skewMs
    this.#rate = plan.rate
  }

  get paused(): boolean {
    return this.#parked !== undefined
  }

  /** Milliseconds that only grow. */
  readonly monotonic = (): number => this.#world.now * this.#rate

  /** Milliseconds since 1970, as far as this machine knows. */
  readonly wall = (): number => epochMs + Math.floor(this.#world.now + this.skewMs)

  readonly after = (ms: number, task: () => void): (() => void) => {
    let waiting = true
    this.timers += 1
    const end = (): boolean => {
      if (!waiting) return false
      waiting = false
      this.timers -= 1
      return true
    }
    const cancel = this.#world.after(ms / this.#rate, this.name, () =>
      this.enter(() => end() && task(), true),
    )
    return () => void (end() && cancel())
  }

  /** Something from outside reaches the program: at once, after the pause, or never. */
  enter(task: () => void, timer = false): void {
    if (!this.alive) return
    if (this.#parked) this.#parked.push({ timer, task })
    else task()
  }

  kill(): void {
    this.alive = false
    this.#parked = undefined
  }

  pause(): void {
    this.#parked ??= []
  }

  /**
   * What came meanwhile is taken in the order in which it came, or, as an event loop that was stopped
   * while it waited for the network does, all that the network brought before any timer.
   */
  resume(networkFirst = false): void {
    const parked = this.#parked ?? []
    this.#parked = undefined
    if (networkFirst) parked.sort((a, b) => Number(a.timer) - Number(b.timer))
    for (const { task, timer } of parked)
      this.#world.after(0, this.name, () => this.enter(task, timer))
  }
}
