/** Makes what a run needs on the platform: hosts with rooms on the air, senders with coins, witnesses. */

import { publishPicture, publishSmall } from '../platform/publisher.ts'
import type { Plan } from '../scenarios/scenario.ts'
import { Account, guestSeat } from './account.ts'
import type { Figures } from './figures.ts'
import type { Record } from './record.ts'
import { RoomSocket } from './room-socket.ts'
import { Sender } from './sender.ts'
import { Witness } from './witness.ts'

/** A room with all who act and watch in it, except its viewers. */
export interface SetRoom {
  readonly key: string
  readonly id: string
  readonly host: Account
  /** Of viewers and load; 0 for the side room. */
  readonly share: number
  readonly senders: readonly Sender[]
  readonly witnesses: readonly Witness[]
}

export interface Ensemble {
  readonly rooms: readonly SetRoom[]
  readonly side: SetRoom | undefined
  readonly gift: { readonly id: string; readonly price: number }
  /** Takes everybody away and everything off the air. */
  stop(): Promise<void>
}

export interface SetupOptions {
  readonly endpoints: readonly string[]
  readonly plan: Plan
  readonly shares: readonly number[]
  /** Whether there is a room beside the load. */
  readonly side: boolean
  /** Of the streams, kbit/s; undefined: as little as keeps a room on the air. */
  readonly pictureKbps: number | undefined
  /** Gifts that the whole run may send. */
  readonly gifts: number
  readonly record: Record
  readonly figures: Figures
  readonly say: (line: string) => void
  /** Called for each thing that has to be taken down, as soon as it stands. */
  readonly later: (undo: () => Promise<void> | void) => void
}

/** Accounts that are made at the same time: their passwords cost the server 16 ms each. */
const atOnce = 4
/** Senders and witnesses of the side room. */
const sideSenders = 5
const onAirWithinMs = 30_000

/** Rejects where the platform does not let it: no sandbox for coins, no media node, a limit. */
export async function setUp(options: SetupOptions): Promise<Omit<Ensemble, 'stop'>> {
  const { endpoints, plan, shares, say } = options
  const gift = await cheapestGift(endpoints[0]!)
  const run = Math.random().toString(36).slice(2, 8)
  const perSender = Math.ceil((options.gifts / plan.senders) * 2 + 20) * gift.price
  say(`${shares.length} rooms, ${plan.senders} senders with ${perSender} coins each`)
  const wanted = shares.map((share) => Math.max(1, Math.round(share * plan.senders)))
  if (options.side) wanted.push(sideSenders)
  const rooms: SetRoom[] = []
  for (const [index, senders] of wanted.entries()) {
    rooms.push(
      await setRoom(options, {
        name: `load_${run}_${index}`,
        prefix: index < shares.length ? '' : 'side.',
        share: shares[index] ?? 0,
        senders,
        coins: perSender,
      }),
    )
  }
  const side = options.side ? rooms.pop() : undefined
  return { rooms, side, gift }
}

interface RoomPlan {
  readonly name: string
  readonly prefix: string
  readonly share: number
  readonly senders: number
  readonly coins: number
}

async function setRoom(options: SetupOptions, room: RoomPlan): Promise<SetRoom> {
  const { endpoints, plan, record, figures, later } = options
  const { name, prefix, share, coins } = room
  const host = await Account.register(endpoints[0]!, `${name}h`)
  const card = await host.createLive(`Load ${name}`)
  const url = await host.publishUrl(card.id)
  const { pictureKbps } = options
  const stream = await (pictureKbps ? publishPicture(url, pictureKbps) : publishSmall(url))
  later(() => stream.stop())
  await onAir(host, card.id, () => stream.errors())
  const key = card.room
  const senders = await inTurn(room.senders, async (index) => {
    const account = await Account.register(endpoints[index % endpoints.length]!, `${name}s${index}`)
    if (options.gifts) await account.buy(coins)
    const sender = new Sender({ account, room: key, record, figures, prefix })
    later(() => sender.leave())
    await sender.entered
    return sender
  })
  const witnesses = await inTurn(plan.witnesses, (index) => {
    const endpoint = endpoints[index % endpoints.length]!
    return enterWitness(options, { endpoint, key, name: `witness ${index + 1}`, prefix })
  })
  return { key, id: card.id, host, share, senders, witnesses }
}

async function enterWitness(
  { record, figures, later }: SetupOptions,
  { endpoint, key, name, prefix }: { endpoint: string; key: string; name: string; prefix: string },
): Promise<Witness> {
  const witness = new Witness(
    name,
    key,
    (id) => {
      const sent = record.get(id)
      if (sent) figures.time(`${prefix}${sent.deed}.seen`, performance.now() - sent.intended)
    },
    (code) => {
      figures.count('witness.drops')
      figures.count(`close.${code}`)
    },
  )
  const seat = () => guestSeat(endpoint, key)
  const socket = new RoomSocket({ seat, reads: 'msy', handler: witness })
  later(() => socket.leave())
  await socket.entered
  return witness
}

async function onAir(host: Account, id: string, errors: () => string): Promise<void> {
  const until = performance.now() + onAirWithinMs
  while ((await host.live(id)).status !== 'live') {
    if (performance.now() > until) {
      const said = errors() || 'ffmpeg said nothing'
      throw new Error(`the room did not go on the air within 30 s; is there a media node? ${said}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function cheapestGift(endpoint: string): Promise<{ id: string; price: number }> {
  const answer = await fetch(`${endpoint}/api/gifts`)
  const gifts = (await answer.json()) as { id: string; price: number }[]
  const [cheapest] = gifts.sort((a, b) => a.price - b.price)
  if (!cheapest) throw new Error('the platform sells no gifts')
  return cheapest
}

/** `count` things, a few at a time, in order. */
async function inTurn<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) made[index] = await make(index)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return made
}
