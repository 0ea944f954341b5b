/** A kind made ready: every command and event looked up by name, every schema compiled once. */

import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { CommandSpec, EventSpec, Feature } from './feature.ts'
import type { Kind } from './kind.ts'
import { RoomError } from './room-error.ts'

export interface CompiledCommand {
  readonly name: string
  readonly feature: Feature
  readonly spec: CommandSpec
  /** Throws RoomError `input.invalid` that names the field. */
  check(input: unknown): void
}

export interface CompiledEvent {
  readonly type: string
  readonly spec: EventSpec
  /** Every function that folds this event, with the feature whose state it mutates. */
  readonly folds: readonly {
    readonly feature: string
    readonly fold: (state: any, data: any, at: number) => void
  }[]
  /** Rights may change with it. */
  readonly judging: boolean
}

export interface CompiledKind {
  readonly kind: Kind
  readonly commands: ReadonlyMap<string, CompiledCommand>
  readonly events: ReadonlyMap<string, CompiledEvent>
}

/**
 * Throws TypeError where two features claim one name, an event is sequenced without being durable (or
 * the reverse), a `may` event cannot be merged, or a fold listens to an event that no feature has.
 */
export function compileKind(kind: Kind): CompiledKind {
  const commands = new Map<string, CompiledCommand>()
  const events = new Map<string, CompiledEvent>()
  for (const feature of kind.features) {
    for (const [name, spec] of Object.entries<CommandSpec>(feature.commands)) {
      if (commands.has(name)) throw new TypeError(`${kind.name}: command ${name} is declared twice`)
      commands.set(name, { name, feature, spec, check: checkOf(name, spec.input) })
    }
    for (const [type, spec] of Object.entries<EventSpec>(feature.events)) {
      if (events.has(type)) throw new TypeError(`${kind.name}: event ${type} is declared twice`)
      checkSpec(kind, type, spec)
      const judging = kind.judgedBy?.includes(type) ?? true
      events.set(type, { type, spec, folds: foldsOf(kind, feature, type), judging })
    }
  }
  for (const feature of kind.features) {
    for (const type of Object.keys(feature.on ?? {})) {
      if (!events.has(type)) throw new TypeError(`${feature.name} listens to unknown event ${type}`)
    }
  }
  for (const type of kind.judgedBy ?? [])
    if (!events.has(type)) throw new TypeError(`${kind.name}: judged by unknown event ${type}`)
  return { kind, commands, events }
}

function checkSpec(kind: Kind, type: string, spec: EventSpec): void {
  if ((spec.lane === 'must') !== (spec.durability === 'commit')) {
    throw new TypeError(
      `${kind.name}: ${type} must be both in the must lane and commit, or neither`,
    )
  }
  if (spec.lane === 'may' && !spec.merge) {
    throw new TypeError(`${kind.name}: ${type} is in the may lane and needs merge`)
  }
}

function foldsOf(kind: Kind, owner: Feature, type: string): CompiledEvent['folds'] {
  const folds = [{ feature: owner.name, fold: owner.evolve[type]! }]
  for (const feature of kind.features) {
    const fold = feature.on?.[type]
    if (fold) folds.push({ feature: feature.name, fold })
  }
  return folds
}

const validators = new WeakMap<TSchema, ReturnType<typeof Compile>>()

/** Each schema once, however many directories know its kind. */
function compiled(schema: TSchema): ReturnType<typeof Compile> {
  let validator = validators.get(schema)
  if (!validator) validators.set(schema, (validator = Compile(schema)))
  return validator
}

function checkOf(name: string, schema: TSchema): (input: unknown) => void {
  const validator = compiled(schema)
  return (input) => {
    if (validator.Check(input)) return
    const first = validator.Errors(input)[0]
    const field = first?.instancePath.slice(1) || 'input'
    throw new RoomError('input.invalid', `${name}: ${field} ${first?.message ?? 'is not valid'}.`, {
      retry: 'fix',
      data: { field },
    })
  }
}
