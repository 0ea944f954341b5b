/** The way from HTTP into a room: a seat reservation with a short-lived ticket. */

import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { guestAsker, type Asker } from '../../engine/kernel/context.ts'
import { isRoomKey, type RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { whenThere, type Soon } from '../../engine/kernel/soon.ts'
import type { SeatGate } from '../../engine/runtime/seat-gate.ts'
import type { Channels } from '../../services/channels/channels.ts'
import { randomBase32 } from '../../services/ids.ts'
import { askerOf, route, type Caller, type Route } from '../../services/route.ts'
import { KnownRooms } from './known-rooms.ts'

/** A standard Colyseus seat reservation. */
export interface Seat {
  readonly name: string
  readonly sessionId: string
  readonly roomId: string
  readonly processId: string
  /** `host[:port][/path]` of the room's node, where it is another one. */
  readonly publicAddress?: string
}

/** Gives out seats; the engine's Seats is one. */
export interface SeatIssuer {
  issue(room: RoomKey, asker: Asker, options: { session?: string }): Soon<Seat>
  /** `host[:port][/path]` of the nodes that take clients, where they have addresses of their own. */
  addresses?(): readonly string[]
}

export interface SeatRouteOptions {
  readonly seats: SeatIssuer
  readonly channels: Pick<Channels, 'get'>
  /** Lets a crowd in bit by bit. */
  readonly gate: Pick<SeatGate, 'pass'>
}

const none: readonly string[] = []

/** A client needs a few other nodes to go to, not all of them. */
const mostNodes = 5

export type SeatAnswer = Seat & { readonly socketUrl: string; readonly nodes: string[] }

/** Where seats are asked for: on the API's route, and on the shorter way that a crowd takes. */
export class SeatDesk {
  readonly #options: SeatRouteOptions
  readonly #known: KnownRooms

  constructor(options: SeatRouteOptions) {
    this.#options = options
    this.#known = new KnownRooms({
      find: (id) => options.channels.get(id),
      now: () => performance.now(),
    })
  }

  /** `origin` is how the client addresses this server. Throws RoomError. */
  take(key: RoomKey, caller: Caller | undefined, origin: string): Soon<SeatAnswer> {
    const { seats, gate } = this.#options
    const issue = (): Soon<Seat> =>
      caller
        ? seats.issue(key, askerOf(caller), { session: caller.session })
        : seats.issue(key, guest(), {})
    const seat = whenThere(this.#exists(key, caller), () => whenThere(gate.pass(), issue))
    return whenThere(seat, (given) => this.#answer(given, origin))
  }

  /** Only rooms that somebody made are opened; a made-up key costs a look-up. */
  #exists(key: RoomKey, caller: Caller | undefined): Soon<unknown> {
    if (key.startsWith('live_')) return this.#known.check(key.slice('live_'.length))
    if (caller) return undefined
    throw new RoomError('login_required', 'Log in first.', { retry: 'login' })
  }

  #answer(seat: Seat, origin: string): SeatAnswer {
    return { ...seat, socketUrl: socketUrl(seat, origin), nodes: this.nodes(origin) }
  }

  /** Addresses of some nodes that take clients. */
  nodes(origin: string): string[] {
    const all = this.#options.seats.addresses?.() ?? none
    return someOf(all).map((address) => `${protocolOf(origin)}//${address}`)
  }
}

export function seatRoutes(desk: SeatDesk): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/rooms/:key/seat',
      tag: 'rooms',
      summary: 'A seat in a room, good for 30 seconds and one use; a guest may only watch',
      access: 'public',
      rate: 'seat',
      params: z.strictObject({
        key: z.string().max(100).refine(isRoomKey, 'a room key looks like live_ and an id'),
      }),
      response: z.strictObject({
        name: z.string(),
        sessionId: z.string(),
        roomId: z.string(),
        processId: z.string(),
        publicAddress: z.string().optional(),
        socketUrl: z.string(),
        nodes: z.array(z.string()),
      }),
      errors: ['not_found', 'room.unknown', 'draining', 'busy'],
      handle: async ({ params: { key }, caller, origin }) => desk.take(key, caller, origin),
    }),
    route({
      method: 'GET',
      path: '/api/nodes',
      tag: 'rooms',
      summary: 'Addresses of some nodes that take clients; none where all clients use one address',
      access: 'public',
      rate: 'read',
      response: z.strictObject({ nodes: z.array(z.string()) }),
      handle: async ({ origin }) => ({ nodes: desk.nodes(origin) }),
    }),
  ]
}

/** A few of them by chance, so that the clients of a node that dies spread over the others. */
function someOf(addresses: readonly string[]): string[] {
  const left = [...addresses]
  const some: string[] = []
  while (left.length && some.length < mostNodes)
    some.push(...left.splice(randomInt(left.length), 1))
  return some
}

function protocolOf(origin: string): string {
  return new URL(origin).protocol
}

function guest(): Asker {
  return guestAsker(`g_${randomBase32(12)}`)
}

function socketUrl({ publicAddress, processId, roomId, sessionId }: Seat, origin: string): string {
  const [protocol, own] = origin.replace(/^http/, 'ws').split('://')
  const path = `${processId}/${roomId}?sessionId=${sessionId}`
  return `${protocol}://${publicAddress ?? own}/${path}`
}
