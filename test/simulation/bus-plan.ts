/** What a seed decides about the bus between the nodes, and about rooms that are handed over. */

import type { FaultKind, FaultPlan } from './plan.ts'
import { Random } from './random.ts'

/** Absent: the nodes have no bus, clients go from node to node by themselves. */
export interface BusPlan {
  /** Through seals, as the platform has it; else what is repeated and overtaken reaches the nodes. */
  readonly sealed: boolean
  readonly loss: number
  readonly twice: number
  readonly slow: number
  /** Sockets of a room that a node takes before seats go to others. */
  readonly roomAudience: number
}

/** A history with a bus takes the time of four. */
const busShare = 0.06

export function busPlan(seed: number, always: boolean): BusPlan | undefined {
  const random = new Random(seed, 'bus')
  if (!random.chance(busShare) && !always) return undefined
  const rough = random.chance(0.6)
  const share = (): number => (rough ? random.between(0, 12) / 100 : 0)
  return {
    sealed: random.chance(0.5),
    loss: share(),
    twice: share(),
    slow: share(),
    roomAudience: random.pick([1, 1_000]),
  }
}

/** What strikes while the bus is there: drawn apart, so that it changes no other fault. */
export function busFaults(seed: number, rooms: readonly string[], before: number): FaultPlan[] {
  const random = new Random(seed, 'bus faults')
  const kinds: readonly FaultKind[] = ['cut bus', 'cut bus', 'bus restarts']
  return Array.from({ length: random.between(0, 3) }, () => ({
    ...strikeOf(random, rooms),
    at: random.between(200, before),
    kind: random.pick(kinds),
  }))
}

/** Rooms given to a named node, most of them with something that goes wrong right then. */
export function handOvers(seed: number, rooms: readonly string[], before: number): FaultPlan[] {
  const random = new Random(seed, 'hand over')
  if (!random.chance(0.5)) return []
  const kinds: readonly FaultKind[] = [
    'crash',
    'pause',
    'cut requests',
    'cut replies',
    'answers lost',
    'leases flushed',
    'cut bus',
    'drain',
  ]
  return Array.from({ length: random.between(1, 2) }, () => {
    const given: FaultPlan = {
      ...strikeOf(random, rooms),
      at: random.between(500, before),
      kind: 'hand over',
      leader: false,
    }
    const amid = { ...given, kind: random.pick(kinds), at: given.at + random.between(0, 60) }
    // Of the two nodes either may be struck: `node` is the one that the room goes to.
    return random.chance(0.7) ? [given, { ...amid, leader: random.chance(0.5) }] : [given]
  }).flat()
}

function strikeOf(random: Random, rooms: readonly string[]): Omit<FaultPlan, 'at' | 'kind'> {
  return {
    ms: random.pick([random.between(50, 1_500), random.between(2_500, 7_000)]),
    node: random.between(0, 2),
    room: random.pick(rooms),
    leader: random.chance(0.7),
    networkFirst: random.chance(0.7),
  }
}
