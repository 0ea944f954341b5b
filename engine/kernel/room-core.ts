/** The room without IO: its state, and the two functions that change it. */

import type { CompiledCommand, CompiledKind } from './compiled-kind.ts'
import type { Asker, Context } from './context.ts'
import { CommandWindow, type Seen, type WindowSnapshot } from './command-window.ts'
import type { RoomEvent, SettleRequest, Timer, TimerChange } from './journal.ts'
import type { RoomState } from './kind.ts'
import { RoomError } from './room-error.ts'

/** The sources of everything that is not in the state: one a process, a fake in tests and simulations. */
export interface Environment {
  now(): number
  random(): number
  newId(): string
  /** Runs `task` after `ms`; the result cancels it. */
  after(ms: number, task: () => void): () => void
  /** Runs `task` when all that arrived together has been taken in. Default: setImmediate. */
  defer?(task: () => void): void
  /** Told of a throw that the contracts forbid (a defect of a feature); the room goes on. */
  defect(error: unknown, where: string): void
}

/** A command on its way into a room. */
export interface Ask {
  readonly command: CompiledCommand
  readonly input: unknown
  readonly asker: Asker
  readonly id: string
}

/** What one command does to the room. */
export interface Decision {
  readonly events: readonly RoomEvent[]
  readonly timers: readonly TimerChange[]
  readonly answer: unknown
}

export interface Snapshot {
  /** Of the activation that made it; former versions did not tell. */
  readonly epoch?: number
  readonly features: RoomState
  readonly timers: readonly [string, Timer][]
  /** Ids of committed commands. */
  readonly kept: WindowSnapshot
  /** Ids of immediate commands; only in the snapshot of an orderly end. */
  readonly passing?: WindowSnapshot
  /** In every other snapshot: ids of immediate commands that a successor's clock may not be past. */
  readonly early?: WindowSnapshot
}

/**
 * State changes by `evolve` and `setTimers` only, so that a log of what they were given rebuilds it.
 * `decide` reads. Time comes from the environment at the moment of the decision.
 */
export class RoomCore {
  readonly kind: CompiledKind
  readonly state: RoomState = {}
  readonly timers = new Map<string, Timer>()
  /** Apart, so that a flood of likes does not push votes out of the memory. */
  readonly #kept: CommandWindow
  readonly #passing = new CommandWindow(100_000)
  readonly #env: Environment

  /** `remember`: ids of committed commands that are kept. */
  constructor(kind: CompiledKind, env: Environment, remember = 20_000) {
    this.kind = kind
    this.#env = env
    this.#kept = new CommandWindow(remember)
    for (const feature of kind.kind.features) this.state[feature.name] = feature.initial()
  }

  /** Why the asker may not use `permission` here, or undefined. */
  refuse(asker: Asker, permission: string, now: number): RoomError | undefined {
    if (asker.roles.includes('system')) return undefined
    try {
      return this.kind.kind.refuse(this.state, asker, permission, now)
    } catch (error) {
      this.#env.defect(error, `refuse ${permission}`)
      return new RoomError('internal', 'The room could not judge this.', { cause: error })
    }
  }

  /** The viewer's rights among the permissions that the kind's commands name, and `watch`. */
  rights(viewer: Asker): string[] {
    const names = new Set(['watch'])
    for (const { spec } of this.kind.commands.values()) names.add(spec.permission)
    const now = this.#env.now()
    return [...names].filter((name) => !this.refuse(viewer, name, now))
  }

  /** What the command's settler is asked, or undefined where it has none. Throws RoomError. */
  settleRequest(ask: Ask): Pick<SettleRequest, 'by' | 'request'> | undefined {
    const settle = ask.command.feature.settle?.[ask.command.name]
    if (!settle) return undefined
    const state = this.state[ask.command.feature.name]
    const request = settle.request(state, ask.input, this.#context(ask, undefined, []))
    return { by: settle.by, request }
  }

  /** Throws RoomError where the asker may not ask this now. A repetition of what took effect is not asked. */
  permit(ask: Ask): void {
    const { asker, command, input } = ask
    const refusal = this.refuse(asker, command.spec.permission, this.#env.now())
    if (refusal) throw refusal
    const allow = command.feature.settle?.[command.name]?.allow
    allow?.(this.state[command.feature.name], input, this.#context(ask, undefined, []))
  }

  /** Throws RoomError to refuse; any other throw is a defect and surfaces as RoomError `internal`. */
  decide(ask: Ask, settled?: unknown): Decision {
    const { feature, name, spec } = ask.command
    const events: RoomEvent[] = []
    const timers: TimerChange[] = []
    const ctx = this.#context(ask, settled, timers)
    const emit = (type: string, data: unknown): void => {
      const event = this.kind.events.get(type)
      if (!event) throw new TypeError(`${name} emits undeclared event ${type}`)
      if (spec.path === 'immediate' && event.spec.durability === 'commit') {
        throw new TypeError(`${name} is immediate and emits commit event ${type}`)
      }
      events.push({ type, data, at: ctx.now })
    }
    try {
      const answer = feature.decide[name]!(this.state[feature.name], ask.input, ctx, emit)
      if (spec.path === 'immediate' && timers.length)
        throw new TypeError(`${name} is immediate and schedules`)
      return { events, timers, answer }
    } catch (error) {
      if (error instanceof RoomError) throw error
      this.#env.defect(error, name)
      throw new RoomError('internal', 'The room could not do this.', { cause: error })
    }
  }

  evolve(event: RoomEvent): void {
    const compiled = this.kind.events.get(event.type)
    if (!compiled) return // an event of a feature that this version no longer has
    for (const { feature, fold } of compiled.folds) {
      try {
        fold(this.state[feature], event.data, event.at)
      } catch (error) {
        // Deterministic, so a replay ends in the same state; losing the room would lose more.
        this.#env.defect(error, `${feature} on ${event.type}`)
      }
    }
  }

  setTimers(changes: readonly TimerChange[]): void {
    for (const { key, set } of changes) {
      if (set) this.timers.set(key, set)
      else this.timers.delete(key)
    }
  }

  /** What is remembered of the asker's command id. */
  seen(command: CompiledCommand, asker: string, id: string): Seen {
    return this.#windowOf(command).look(asker, id, this.#env.now())
  }

  /** Remembers that the command took effect. What is settled needs no memory: its own row is one. */
  done({ command, asker, id }: Pick<Ask, 'command' | 'asker' | 'id'>, answer: unknown): void {
    if (!isSettled(command)) this.#windowOf(command).put(asker.id, id, answer, this.#env.now())
  }

  /** The same for a command of the log. */
  redone(asker: string, id: string, answer: unknown): void {
    this.#kept.put(asker, id, answer, this.#env.now())
  }

  /** When the earliest timer is due, ms since 1970. */
  wakeAt(): number | undefined {
    let earliest: number | undefined
    for (const { at } of this.timers.values())
      if (earliest === undefined || at < earliest) earliest = at
    return earliest
  }

  view(viewer: Asker): Record<string, unknown> {
    const now = this.#env.now()
    const can = (permission: string): boolean => !this.refuse(viewer, permission, now)
    const id = viewer.roles.includes('guest') ? undefined : viewer.id
    const view: Record<string, unknown> = {}
    for (const feature of this.kind.kind.features) {
      if (feature.view)
        view[feature.name] = feature.view(this.state[feature.name], { id, can }, now)
    }
    return view
  }

  /** Shares structure with the state: encode it before the next change. `last`: nothing follows. */
  snapshot(epoch: number, last = false): Snapshot {
    return {
      epoch,
      features: this.state,
      timers: [...this.timers],
      kept: this.#kept.snapshot(),
      ...(last
        ? { passing: this.#passing.snapshot() }
        : { early: this.#passing.early(this.#env.now()) }),
    }
  }

  /** Features that the snapshot does not know keep their initial state. */
  restore(snapshot: Snapshot): void {
    for (const feature of this.kind.kind.features) {
      const state = snapshot.features[feature.name]
      if (state !== undefined) this.state[feature.name] = state
    }
    this.timers.clear()
    for (const [key, timer] of snapshot.timers) this.timers.set(key, timer)
    this.#kept.restore(snapshot.kept)
    const passing = snapshot.passing ?? snapshot.early
    if (passing) this.#passing.restore(passing)
  }

  /**
   * After a crash nobody remembers which immediate commands took effect: ids from before are refused as
   * expired, never repeated.
   */
  forgetPassing(): void {
    this.#passing.raise(this.#env.now())
  }

  #windowOf(command: CompiledCommand): CommandWindow {
    return command.spec.path === 'immediate' ? this.#passing : this.#kept
  }

  #context(ask: Ask, settled: unknown, timers: TimerChange[]): Context {
    const env = this.#env
    const now = env.now()
    return {
      now,
      id: ask.id,
      asker: ask.asker,
      settled,
      can: (permission) => !this.refuse(ask.asker, permission, now),
      random: () => env.random(),
      newId: () => env.newId(),
      schedule: (key, at, command, input) => timers.push({ key, set: { at, command, input } }),
      unschedule: (key) => timers.push({ key }),
    }
  }
}

/** True for a command whose id is the key of a row, so that its repetition is known for ever. */
export function isSettled({ feature, name }: CompiledCommand): boolean {
  return feature.settle?.[name] !== undefined
}
