/** Decides when a room's snapshot is stored: after so many changes, or so long after the first. */

import type { Environment } from './room-core.ts'

export interface CheckpointPolicy {
  /** Changes after which a snapshot is stored at once: bounds the tail that a recovery replays. */
  readonly commands: number
  /** Milliseconds after the first change without one. */
  readonly ms: number
}

export const defaultCheckpointPolicy: CheckpointPolicy = { commands: 20_000, ms: 5_000 }

/**
 * Runs `store` alone, never twice at once. What changes meanwhile, and what a store that fails leaves, goes into the
 * next one, which waits for so many changes or so long again.
 */
export class Checkpointer {
  readonly #policy: CheckpointPolicy
  readonly #env: Environment
  readonly #store: () => Promise<void>
  #changes = 0
  #running: Promise<void> | undefined
  #cancel: (() => void) | undefined
  #stopped = false

  constructor(
    policy: CheckpointPolicy = defaultCheckpointPolicy,
    env: Environment,
    store: () => Promise<void>,
  ) {
    this.#policy = policy
    this.#env = env
    this.#store = store
  }

  changed(count: number): void {
    this.#changes += count
    if (!this.#changes || this.#running || this.#stopped) return
    if (this.#changes >= this.#policy.commands) return void this.#run()
    this.#cancel ??= this.#env.after(this.#policy.ms, () => {
      this.#cancel = undefined
      if (!this.#running) void this.#run()
    })
  }

  /** Stores the last snapshot, after the one under way. */
  async finish(): Promise<void> {
    while (this.#running) await this.#running
    if (!this.#stopped) await this.#run()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    this.#cancel = undefined
  }

  #run(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    this.#changes = 0
    this.#running = this.#store()
      .catch((error: unknown) => {
        this.#changes ||= 1 // counted anew, so that a store that keeps failing keeps its pace
        this.#env.defect(error, 'checkpoint')
      })
      .finally(() => {
        this.#running = undefined
        this.changed(0)
      })
    return this.#running
  }
}
