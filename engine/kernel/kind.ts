/** A kind of room is a list of features and the rule of who may do what. */

import type { Asker } from './context.ts'
import type { Feature } from './feature.ts'
import type { RoomError } from './room-error.ts'

/** State of every feature, by its name. */
export type RoomState = Record<string, any>

export interface Kind {
  /** What stands before the first `_` of the room's key. */
  readonly name: string
  readonly features: readonly Feature[]
  /**
   * Why the asker may not do this here now (`forbidden`, `muted` with `{ until }`, …), or undefined where
   * it may. Refuses permissions that it does not know. The system may do everything; it is not asked.
   */
  refuse(
    state: Readonly<RoomState>,
    asker: Asker,
    permission: string,
    now: number,
  ): RoomError | undefined
  /**
   * Types of the events after which `refuse` may judge otherwise; without it any event. Immediate commands
   * are not answered while the commit of such an event is under way.
   */
  readonly judgedBy?: readonly string[]
}
