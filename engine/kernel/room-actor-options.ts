/** What an activation of a room is given. */

import type { CheckpointPolicy } from './checkpointer.ts'
import type { Committer } from './committer.ts'
import type { CompiledKind } from './compiled-kind.ts'
import type { Journal, Owner } from './journal.ts'
import type { RoomKey } from './position.ts'
import type { Environment } from './room-core.ts'
import type { Observer } from './room-listeners.ts'

export interface RoomActorOptions {
  readonly key: RoomKey
  readonly kind: CompiledKind
  readonly journal: Journal
  readonly committer: Committer
  readonly env: Environment
  readonly owner: Owner
  /** Committed commands that may wait at once; more are refused as `busy`. Default 10,000. */
  readonly maxWaiting?: number
  /** Ids of committed commands that are remembered; default 20,000. */
  readonly remember?: number
  readonly checkpoint?: CheckpointPolicy
  readonly observe?: Observer
}
