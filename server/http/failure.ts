/** What a caller is told of a failure that nobody planned. */

import { randomUUID } from 'node:crypto'
import { RoomError, unavailable } from '../../engine/kernel/room-error.ts'
import { isUnreachable } from '../../persistence/unreachable.ts'
import type { Logger } from '../logger.ts'

/**
 * Refusals as they are; `unavailable` while the database is away; of anything else no more than an id, under
 * which the log has the rest.
 */
export function failure(error: unknown, tag: string, logger: Logger): RoomError {
  const known = error instanceof RoomError
  const away = known ? error.code === 'unavailable' : isUnreachable(error)
  if (away) logger.warn({ err: error, tag }, 'The database cannot be reached.')
  if (known) return error
  if (away) return unavailable(error)
  const request = randomUUID()
  logger.error({ err: error, request, tag }, 'A request failed.')
  const text = 'Something went wrong here; the operator finds it by this id.'
  return new RoomError('internal', text, { retry: 'retry', data: { request } })
}
