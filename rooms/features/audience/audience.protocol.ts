/** How many are in the room, and who came: aggregates, never a list. */

import type { Static } from 'typebox'
import Type from 'typebox'
import type { CommandSpecs, EventSpecs } from '../../../engine/kernel/feature.ts'
import { addCount, closed, Count, Name, UserId } from '../common.protocol.ts'

/** How many of those who came are named. */
export const joinedMax = 3

/** How many instances of one room are counted. */
export const instancesMax = 2_000

/** `incarnation of a node/instance`; the instance alone where there is one node. */
const InstanceId = Type.String({ maxLength: 160 })
const NodeId = Type.String({ maxLength: 64 })

/** `count` are here now; `joinedCount` came since the last report, `joined` are the latest of them. */
export const AudienceChange = closed({
  count: Count,
  joined: Type.Array(closed({ id: UserId, name: Name }), { maxItems: joinedMax }),
  joinedCount: Count,
})
export type AudienceChange = Static<typeof AudienceChange>

export const audienceCommands = {
  /**
   * From each instance of the room, at most once a second and at least every 10; `count` is its own. `anew`:
   * it may have missed what was told, so the sum is told again.
   */
  'audience.report': {
    input: closed({
      ...AudienceChange.properties,
      instance: Type.Optional(InstanceId),
      anew: Type.Optional(Type.Boolean()),
    }),
    path: 'immediate',
    permission: 'internal',
    rate: 'internal',
    internal: true,
  },
  /** Which incarnations of nodes there are: instances on others count no longer. */
  'audience.present': {
    input: closed({ nodes: Type.Array(NodeId, { maxItems: instancesMax }) }),
    path: 'immediate',
    permission: 'internal',
    rate: 'internal',
    internal: true,
  },
} satisfies CommandSpecs

export const audienceEvents = {
  /** What one instance counts. Nobody is told: with many instances there are many of these. */
  'audience.counted': {
    data: closed({ instance: InstanceId, count: Count }),
    durability: 'volatile',
    lane: 'none',
  },
  'audience.changed': {
    data: AudienceChange,
    durability: 'checkpoint',
    lane: 'may',
    merge: (a: AudienceChange, b: AudienceChange): AudienceChange => ({
      count: b.count,
      joined: [...a.joined, ...b.joined].slice(-joinedMax),
      joinedCount: addCount(a.joinedCount, b.joinedCount),
    }),
  },
} satisfies EventSpecs

export interface AudienceView {
  readonly count: number
}
