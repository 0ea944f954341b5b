/** All that a seed decides beforehand: machines, people, what they do, and what goes wrong when. */

import { busFaults, busPlan, handOvers, type BusPlan } from './bus-plan.ts'
import { Random } from './random.ts'

export interface NodePlan {
  readonly name: string
  /** How much its wall clock is ahead, ms. */
  readonly skewMs: number
  /** Its monotonic milliseconds in one of true time. */
  readonly rate: number
}

export interface ActionPlan {
  readonly at: number
  readonly room: string
  readonly command: string
  readonly input: Record<string, unknown>
  /** Ms after its answer at which the same command is sent once more; 0: never. */
  readonly again: number
}

export interface ClientPlan {
  readonly name: string
  readonly aheadMs: number
  readonly actions: readonly ActionPlan[]
  /** Rooms that it follows, each from some time on, until some time. */
  readonly follows: readonly { room: string; from: number; until: number }[]
}

export type FaultKind =
  | 'crash'
  | 'pause'
  | 'cut requests'
  | 'cut replies'
  | 'cut clients'
  | 'leases flushed'
  | 'store down'
  | 'store slow'
  | 'answers lost'
  | 'clock jumps'
  | 'room moves'
  | 'drain'
  | 'hand over'
  | 'cut bus'
  | 'bus restarts'

export interface FaultPlan {
  readonly at: number
  readonly kind: FaultKind
  readonly node: number
  readonly room: string
  /** Strikes the node that leads the room, where there is one. */
  readonly leader: boolean
  /** After a pause the network is heard before the timers. */
  readonly networkFirst: boolean
  /** How long it lasts; for a jump of the clock by how much, ms. */
  readonly ms: number
}

export interface Plan {
  readonly seed: number
  readonly nodes: readonly NodePlan[]
  readonly rooms: readonly string[]
  readonly clients: readonly ClientPlan[]
  readonly faults: readonly FaultPlan[]
  readonly bus: BusPlan | undefined
  readonly network: { readonly loss: number; readonly twice: number; readonly slow: number }
  readonly limits: {
    readonly maxWaiting: number
    readonly remember: number
    readonly checkpoint: { readonly commands: number; readonly ms: number }
    readonly keepMs: number
  }
  /** From then on nothing goes wrong any more. */
  readonly healAt: number
}

const healAt = 12_000
const hourMs = 3_600_000

/** `bus`: the nodes of every history have one, not only of some. */
export function planOf(seed: number, bus = false): Plan {
  const random = new Random(seed, 'plan')
  const rooms = ['live_a', 'live_b', 'live_c'].slice(0, random.between(1, 3))
  const clockFault = random.chance(0.12) ? hourMs : random.chance(0.3) ? 400 : 0
  const names = ['n1', 'n2', 'n3']
  const nodes = names.map((name) => ({
    name,
    skewMs: clockFault ? random.between(-clockFault, clockFault) : 0,
    rate: 1 + random.pick([-10, 0, 10]) / 100,
  }))
  const clients = Array.from({ length: random.between(2, 4) }, (_, index) =>
    clientPlan(`u${index + 1}`, rooms, random),
  )
  const faults = Array.from({ length: random.between(0, 10) }, () => faultPlan(rooms, random))
  const rough = random.chance(0.6)
  const links = busPlan(seed, bus)
  faults.push(...handOvers(seed, rooms, healAt - 1_000))
  if (links) faults.push(...busFaults(seed, rooms, healAt - 1_000))
  return {
    seed,
    nodes,
    rooms,
    clients,
    faults: faults.sort((a, b) => a.at - b.at),
    bus: links,
    network: {
      loss: rough ? random.between(0, 15) / 100 : 0,
      twice: rough ? random.between(0, 15) / 100 : 0,
      slow: rough ? random.between(0, 10) / 100 : 0,
    },
    limits: {
      maxWaiting: random.chance(0.4) ? 4 : 1_000,
      remember: random.chance(0.3) ? 6 : 20_000,
      checkpoint: random.pick([
        { commands: 3, ms: 1_000 },
        { commands: 20_000, ms: 5_000 },
      ]),
      keepMs: random.pick([0, 0, 120_000]),
    },
    healAt,
  }
}

function clientPlan(name: string, rooms: readonly string[], random: Random): ClientPlan {
  const actions: ActionPlan[] = []
  for (let left = random.between(5, 14); left > 0; left -= 1) {
    const at = random.between(0, healAt)
    const burst = random.chance(0.08) ? 8 : 1
    const room = random.pick(rooms)
    for (let index = 0; index < burst; index += 1) {
      actions.push({ at, room, ...commandOf(random), again: againAfter(random) })
    }
  }
  const follows = rooms
    .filter(() => random.chance(0.6))
    .map((room) => {
      const from = random.between(0, healAt / 2)
      return {
        room,
        from,
        until: random.chance(0.3) ? from + random.between(500, 6_000) : Infinity,
      }
    })
  return { name, aheadMs: random.between(-45_000, 45_000), actions, follows }
}

function commandOf(random: Random): Pick<ActionPlan, 'command' | 'input'> {
  const key = random.pick(['k1', 'k2'])
  const dice = random.next()
  if (dice < 0.25) return { command: 'tally.add', input: { by: random.between(1, 9) } }
  if (dice < 0.5) return { command: 'gift.send', input: { price: random.between(5, 60) } }
  if (dice < 0.6) return { command: 'vote.cast', input: {} }
  if (dice < 0.8) return { command: 'like.add', input: {} }
  if (dice < 0.95) return { command: 'alarm.set', input: { key, inMs: random.between(0, 7_000) } }
  return { command: 'alarm.clear', input: { key } }
}

function againAfter(random: Random): number {
  return random.chance(0.5) ? random.between(1, 9_000) : 0
}

const kinds: readonly FaultKind[] = [
  'crash',
  'pause',
  'pause',
  'cut requests',
  'cut replies',
  'cut clients',
  'leases flushed',
  'store down',
  'store slow',
  'answers lost',
  'answers lost',
  'clock jumps',
  'room moves',
  'room moves',
  'drain',
]

function faultPlan(rooms: readonly string[], random: Random): FaultPlan {
  const kind = random.pick(kinds)
  const at = random.between(200, healAt - 1_000)
  const ms =
    kind === 'clock jumps'
      ? random.pick([-300, 300, -hourMs, hourMs])
      : random.pick([random.between(50, 1_500), random.between(2_500, 7_000)])
  return {
    at,
    kind,
    node: random.between(0, 2),
    room: random.pick(rooms),
    leader: random.chance(0.7),
    networkFirst: random.chance(0.7),
    ms,
  }
}
