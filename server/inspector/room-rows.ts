/** The rooms that this node leads, as rows of the list. */

import { kindOf, type RoomKey } from '../../engine/kernel/position.ts'
import type { RoomActor } from '../../engine/kernel/room-actor.ts'
import type { LocalDirectory } from '../../engine/runtime/directory.ts'
import type { Engine } from '../../engine/runtime/engine.ts'
import type { RoomRow } from './inspector.protocol.ts'
import type { RoomWatch } from './room-watch.ts'

export interface RoomRowsOptions {
  readonly node: string
  readonly directory: Pick<LocalDirectory, 'keys' | 'peek'>
  readonly engine: () => Pick<Engine, 'audience'>
  readonly watch: Pick<RoomWatch, 'figures'>
  /** Nodes that relay a room of this one, and the sockets that each last spoke of. */
  readonly followers: (key: RoomKey) => ReadonlyMap<string, number>
}

export class RoomRows {
  readonly #options: RoomRowsOptions

  constructor(options: RoomRowsOptions) {
    this.#options = options
  }

  all(): RoomRow[] {
    const { directory } = this.#options
    return directory.keys().flatMap((key) => {
      const actor = directory.peek(key)
      return actor ? [this.of(key, actor)] : []
    })
  }

  of(key: RoomKey, actor: RoomActor): RoomRow {
    const { node, engine, watch, followers } = this.#options
    const figures = watch.figures.of(key)
    const { eventsPerSecond, audience, stateBytes, storedAt, flushMs } = figures
    const relays = followers(key)
    let sockets = engine().audience(key)
    for (const count of relays.values()) sockets += count
    return {
      key,
      kind: kindOf(key),
      node,
      leader: true,
      ...actor.position,
      audience: audience ?? sockets,
      sockets,
      relays: relays.size,
      eventsPerSecond,
      ...(stateBytes !== undefined && { stateBytes }),
      ...(storedAt !== undefined && { checkpointAgeSeconds: secondsSince(storedAt) }),
      waiting: actor.waiting,
      ...(flushMs !== undefined && { flushMs }),
    }
  }
}

function secondsSince(at: number): number {
  return Math.max(0, Math.round((Date.now() - at) / 1_000))
}
