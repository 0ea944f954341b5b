/** All that a decision may know besides the state and the input. */

/** Who asks. The platform itself asks as `system`. */
export interface Asker {
  readonly id: string
  readonly name: string
  /** Platform roles: `user`, `moderator`, `admin`, `system`, `guest`; `unseen` watches and does nothing else. */
  readonly roles: readonly string[]
  /** Small public facts that lines carry, e.g. `{ avatar, level }`. */
  readonly card?: Readonly<Record<string, unknown>>
}

export interface Context {
  /** Milliseconds since 1970, of the room's owner. */
  readonly now: number
  /** The client's command id, a UUIDv7: the idempotency key. */
  readonly id: string
  readonly asker: Asker
  /** The asker's rights in this room. */
  can(permission: string): boolean
  /** Uniform in [0, 1). */
  random(): number
  newId(): string
  /** Asks `command` as the system at `at` (ms), once, also after a failover; the same key replaces. */
  schedule(key: string, at: number, command: string, input: unknown): void
  unschedule(key: string): void
  /** The settler's verdict, for commands that declare `settle`. */
  readonly settled: unknown
}

/** Watches a room without being counted, announced or heard. */
export function isUnseen({ roles }: Asker): boolean {
  return roles.includes('unseen')
}

/** Of all guests, so that a crowd of them shares one list. */
const guestRoles: readonly string[] = Object.freeze(['guest'])
const guestName = 'Guest'

/** Somebody without an account, who may watch. */
export function guestAsker(id: string): Asker {
  return { id, name: guestName, roles: guestRoles }
}

/** Whether `guestAsker` would make the same of the id. */
export function isPlainGuest({ name, roles, card }: Asker): boolean {
  return name === guestName && roles.length === 1 && roles[0] === 'guest' && card === undefined
}

export const systemAsker: Asker = { id: 'system', name: 'system', roles: ['system'] }
