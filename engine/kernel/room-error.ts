/** The one error that crosses every boundary: rooms, sockets, HTTP. */

/**
 * What the asker may do about it: `no` never helps, `retry` the same command id later,
 * `fix` the input first, `login` again.
 */
export type Retry = 'no' | 'retry' | 'fix' | 'login'

export interface RoomErrorOptions {
  retry?: Retry
  /** What a program needs to react, e.g. `{ retryInMs }` or `{ need, have }`. Plain data only. */
  data?: Record<string, unknown>
  cause?: unknown
}

/**
 * A refusal with a stable `code` (`area.reason` or a single word such as `forbidden`), a message that
 * names the fix, and data for programs. Anything else that is thrown is a defect and is reported as
 * `internal`, without its text.
 */
export class RoomError extends Error {
  readonly code: string
  readonly retry: Retry
  readonly data: Record<string, unknown>

  constructor(code: string, message: string, options: RoomErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RoomError'
    this.code = code
    this.retry = options.retry ?? 'no'
    this.data = options.data ?? {}
  }
}

/** The room's owner changed or its commit failed; the same command id may be sent again at once. */
export function roomLost(cause?: unknown): RoomError {
  return new RoomError('room.lost', 'The room is moving; send the same command again.', {
    retry: 'retry',
    cause,
  })
}

/** The database is away, for now; whether a former try took effect is not known. */
export function unavailable(cause: unknown): RoomError {
  return new RoomError('unavailable', 'A service that this needs does not answer; try again.', {
    retry: 'retry',
    data: { retryInMs: 1_000 },
    cause,
  })
}

/** `retryInMs` is when to come back. */
export function busy(retryInMs = 1_000): RoomError {
  return new RoomError('busy', 'The room has too much to do; try again.', {
    retry: 'retry',
    data: { retryInMs: Math.ceil(retryInMs) },
  })
}
