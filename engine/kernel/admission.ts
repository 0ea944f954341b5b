/** The door of a room: is this a command that may take effect now, or one that already did? */

import type { Asker } from './context.ts'
import { isCommandId } from './command-window.ts'
import { isSettled, type Ask, type RoomCore } from './room-core.ts'
import { busy, RoomError } from './room-error.ts'
import type { RoomActorOptions } from './room-actor-options.ts'

/** A new command, or the answer that it got before. */
export type Admission = { readonly ask: Ask } | { readonly answer: unknown }

/**
 * Checks name, id, shape and repetition; rights are checked at the decision, in order with all else.
 * Throws RoomError `command.unknown`, `command.id`, `input.invalid`, `command.expired`, `command.ahead`.
 */
export function admit(
  core: RoomCore,
  name: string,
  input: unknown,
  asker: Asker,
  id: string,
  now: number,
): Admission {
  const command = core.kind.commands.get(name)
  if (!command || (command.spec.internal && !asker.roles.includes('system'))) {
    throw new RoomError(
      'command.unknown',
      `This room knows no command ${String(name).slice(0, 60)}.`,
    )
  }
  if (!isCommandId(id)) {
    throw new RoomError('command.id', 'The command id must be a UUIDv7 in lower case.', {
      retry: 'fix',
    })
  }
  command.check(input)
  const seen = core.seen(command, asker.id, id)
  if (seen.state === 'done') return { answer: seen.answer }
  if (seen.state === 'expired' && !isSettled(command)) {
    throw new RoomError('command.expired', 'The command id is too old; ask again with a new one.', {
      retry: 'fix',
    })
  }
  if (seen.state === 'ahead') {
    throw new RoomError('command.ahead', 'The command id lies in the future; set the clock.', {
      retry: 'fix',
      data: { now },
    })
  }
  return { ask: { command, input, asker, id } }
}

/** A committed command that would wait longer than that for others is refused, ms. */
const maxWaitMs = 1_000

/**
 * Throws RoomError `busy` where one command more would wait for too long behind the `before` that wait, be it
 * that they are many or that the commits are slow, and where they are `most`. Whoever is refused comes back when
 * they are done, at a time of its own.
 */
export function checkWait(
  before: number,
  most: number,
  { committer, env }: Pick<RoomActorOptions, 'committer' | 'env'>,
): void {
  const waitMs = committer.waitMs(before)
  if (waitMs <= maxWaitMs && before < most) return
  throw busy(Math.max(maxWaitMs, waitMs) * (0.5 + env.random()))
}
