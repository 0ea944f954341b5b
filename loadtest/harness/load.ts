/** Turns arrivals into commands: who says or gives what, and where. */

import { uuidv7 } from 'uuidv7'
import { seededRandom } from '../../sdk/testing/seeded-random.ts'
import { lineFor } from '../bots/lines.ts'
import type { Phase, Plan, Rates } from '../scenarios/scenario.ts'
import { arrivals, type Stream } from './open-loop.ts'
import type { Deed } from './record.ts'
import type { Ensemble, SetRoom } from './setup.ts'

type Kind = Deed | `side.${Deed}`

/** One stretch of the load with its arrivals. */
export interface Stretch {
  readonly name: string
  readonly seconds: number
  readonly arrivals: Iterable<{ kind: Kind; at: number }>
}

/** The whole schedule: the same for the same plan and seed. */
export function schedule(
  plan: Plan,
  { phases, side, seed }: { phases: readonly Phase[]; side: Rates | undefined; seed: number },
): Stretch[] {
  return phases.map(({ name, share, factor }, index) => {
    const seconds = plan.duration * share
    const streams = [
      ...streamsOf(plan.rates, factor, (deed): Kind => deed),
      ...(side ? streamsOf(side, 1, (deed): Kind => `side.${deed}`) : []),
    ]
    return { name, seconds, arrivals: arrivals(streams, seconds, seed * 31 + index) }
  })
}

/** Gifts that a schedule may hold, some more than it will. */
export function mostGifts(plan: Plan, phases: readonly Phase[]): number {
  const factor = phases.reduce((sum, phase) => sum + phase.share * phase.factor, 0)
  return Math.ceil(plan.rates.gifts * plan.duration * factor * 1.2)
}

function streamsOf(
  { danmaku, gifts, likes }: Rates,
  factor: number,
  name: (deed: Deed) => Kind,
): Stream<Kind>[] {
  return [
    { kind: name('danmaku'), perSecond: danmaku * factor },
    { kind: name('gift'), perSecond: gifts * factor },
    { kind: name('like'), perSecond: likes * factor },
  ]
}

/** Performs deeds in the rooms of an ensemble, spread by their shares; the same ones for the same seed. */
export function performer({ rooms, side, gift }: Omit<Ensemble, 'stop'>, seed: number) {
  const random = seededRandom(seed)
  const turns = new Map<SetRoom, number>()
  let said = 0
  const inputOf = (deed: Deed): { count: number; input: unknown } => {
    said += 1
    if (deed === 'gift') return { count: 1, input: { gift: gift.id, count: 1 } }
    if (deed === 'like') {
      const count = 1 + Math.floor(random() * 10)
      return { count, input: { count } }
    }
    // A number makes every line another one: the same text twice within 5 s is refused.
    const text = `${lineFor('music', random() < 0.5 ? 'zh' : 'en', random)} ${said}`
    return { count: 1, input: { text } }
  }
  return (kind: Kind, intended: number): void => {
    const isSide = kind.startsWith('side.')
    const room = isSide ? side : pick(rooms, random())
    if (!room) return
    const turn = turns.get(room) ?? 0
    turns.set(room, turn + 1)
    const deed = (isSide ? kind.slice('side.'.length) : kind) as Deed
    const sender = room.senders[turn % room.senders.length]!
    sender.send(deed, uuidv7(), intended, inputOf(deed))
  }
}

function pick(rooms: readonly SetRoom[], chance: number): SetRoom | undefined {
  let left = chance
  for (const room of rooms) {
    left -= room.share
    if (left < 0) return room
  }
  return rooms.at(-1)
}
