/** The sockets that hear of a group, by the lanes that they still get. */

import type { Lane } from '../kernel/feature.ts'
import type { LaneLevel } from './lane-level.ts'
import type { UwsSocket } from './uws-socket.ts'

/**
 * A socket is subscribed to the topic of its level and to no other: a frame is published to each level
 * that gets its lane, and a socket costs one subscription instead of one for each lane.
 */
export class UwsGroup {
  readonly name: string
  readonly topics: Readonly<Record<LaneLevel, string>>
  readonly sockets = new Set<UwsSocket>()
  /** What a socket is in that is in this group alone. */
  readonly alone: readonly UwsGroup[] = [this]
  /** Published since the backlogs of its sockets were looked at. */
  bytes = 0

  constructor(name: string) {
    this.name = name
    this.topics = { 0: `${name}/0`, 1: `${name}/1`, 2: `${name}/2` }
  }
}

/** Which levels a lane's frames go to. */
export const levelsOf: Readonly<Record<Lane, readonly LaneLevel[]>> = {
  must: [0, 1, 2],
  should: [0, 1],
  may: [0],
}
