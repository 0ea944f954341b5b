/** How many are in the room. Each instance of it counts its own; the room adds up and tells. */

import { defineFeature } from '../../../engine/kernel/feature.ts'
import { addCount } from '../common.protocol.ts'
import {
  audienceCommands,
  audienceEvents,
  instancesMax,
  type AudienceView,
} from './audience.protocol.ts'

export interface AudienceState {
  count: number
  /**
   * By instance: how many it counts, and when it said so (ms). Only the leader's decisions know it; a
   * state from before there were relays has none.
   */
  instances?: Map<string, { count: number; at: number }>
}

/** An instance that reports nothing for so long is gone, ms. Each one repeats itself every 10 s. */
const silentMs = 30_000

export const audience = defineFeature({
  name: 'audience',
  commands: audienceCommands,
  events: audienceEvents,
  initial: (): AudienceState => ({ count: 0, instances: new Map() }),
  decide: {
    'audience.report': (state, { instance = '', anew = false, ...change }, { now }, emit) => {
      const { count, joined, joinedCount } = change
      emit('audience.counted', { instance, count })
      const total = addCount(count, othersOf(state, instance, now))
      if (total !== state.count || joinedCount || anew)
        emit('audience.changed', { count: total, joined, joinedCount })
    },
    'audience.present': (state, { nodes }, { now }, emit) => {
      const present = new Set(nodes)
      let total = 0
      for (const [instance, known] of state.instances ?? []) {
        const node = /^(.*)\//.exec(instance)?.[1]
        if (node !== undefined && !present.has(node))
          emit('audience.counted', { instance, count: 0 })
        else if (!isGone(known, now)) total = addCount(total, known.count)
      }
      if (total !== state.count)
        emit('audience.changed', { count: total, joined: [], joinedCount: 0 })
    },
  },
  evolve: {
    'audience.counted': (state, { instance, count }, at) => {
      const instances = (state.instances ??= new Map())
      for (const [id, known] of instances) if (isGone(known, at)) instances.delete(id)
      instances.delete(instance) // those that spoke last stand at the end
      if (count) instances.set(instance, { count, at })
      if (instances.size > instancesMax) instances.delete(instances.keys().next().value!)
    },
    'audience.changed': (state, { count }) => void (state.count = count),
  },
  view: (state): AudienceView => ({ count: state.count }),
})

function othersOf({ instances }: Readonly<AudienceState>, instance: string, now: number): number {
  let total = 0
  for (const [id, known] of instances ?? [])
    if (id !== instance && !isGone(known, now)) total = addCount(total, known.count)
  return total
}

function isGone({ at }: { at: number }, now: number): boolean {
  return at + silentMs <= now
}
