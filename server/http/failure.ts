/** What a caller is told of a failure that nobody planned. */

import { randomUUID } from 'node:crypto'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { isUnreachable } from '../../persistence/unreachable.ts'
import type { Logger } from '../logger.ts'

/** When somebody whose call met a database that was away may try again. */
const retryInMs = 1_000

/**
 * Refusals as they are; `unavailable` while the database is away; of anything else no more than an id, under
 * which the log has the rest.
 */
export function failure(error: unknown, tag: string, logger: Logger): RoomError {
  if (error instanceof RoomError) return error
  if (isUnreachable(error)) {
    logger.warn({ err: error, tag }, 'The database cannot be reached.')
    const text = 'A service that this needs does not answer; try again.'
    return new RoomError('unavailable', text, { retry: 'retry', data: { retryInMs } })
  }
  const request = randomUUID()
  logger.error({ err: error, request, tag }, 'A request failed.')
  const text = 'Something went wrong here; the operator finds it by this id.'
  return new RoomError('internal', text, { retry: 'retry', data: { request } })
}
