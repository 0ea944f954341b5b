/** All that is noted of a node's rooms as they run, for the inspector. */

import type { CompiledKind } from '../../engine/kernel/compiled-kind.ts'
import type { Journal } from '../../engine/kernel/journal.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import type { Environment } from '../../engine/kernel/room-core.ts'
import type { Observer } from '../../engine/kernel/room-listeners.ts'
import { RoomFigures } from './room-figures.ts'
import { RoomHistory } from './room-history.ts'
import { RoomTraces } from './room-traces.ts'

export interface RoomWatch {
  /** The journal that the directory is to use. */
  readonly journal: Journal
  readonly observe: Observer
  /** To be told of rooms that the directory has no more. */
  readonly lost: (room: RoomKey) => void
  readonly figures: RoomFigures
  readonly history: RoomHistory
  readonly traces: RoomTraces
}

export interface RoomWatchOptions {
  readonly journal: Journal
  readonly env: Environment
  readonly kinds: () => ReadonlyMap<string, CompiledKind>
}

export function watchRooms({ journal, env, kinds }: RoomWatchOptions): RoomWatch {
  const figures = new RoomFigures(() => env.now())
  const traces = new RoomTraces(() => env.now())
  const history = new RoomHistory({
    kinds,
    env,
    read: (room, after, limit) => journal.read(room, after, limit),
  })
  return {
    journal: figures.watch(journal, history),
    observe(room, batch) {
      figures.observe(room, batch)
      traces.observe(room, batch)
    },
    lost: (room) => figures.forget(room),
    figures,
    history,
    traces,
  }
}
