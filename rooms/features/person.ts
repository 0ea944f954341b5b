/** The asker as the room shows it. */

import type { Context } from '../../engine/kernel/context.ts'
import type { Person } from './common.protocol.ts'

/** Id, name, level of the asker's card and its role in this room. */
export function personOf(ctx: Context): Person {
  const { id, name, card } = ctx.asker
  const level = card?.level
  const role = ctx.can('host') ? 'host' : ctx.can('moderate') ? 'moderator' : undefined
  return {
    id,
    name: name.slice(0, 64),
    ...(Number.isInteger(level) && { level: Math.min(1_000, Math.max(0, level as number)) }),
    ...(role && { role }),
  }
}
