/** Gives out seats in rooms and takes them back at the socket's handshake, without a write anywhere. */

import type { Asker } from '../kernel/context.ts'
import type { RoomKey } from '../kernel/position.ts'
import { RoomError } from '../kernel/room-error.ts'
import { whenThere, type Soon } from '../kernel/soon.ts'
import { OnceSet } from './once-set.ts'
import type { TextMac } from './text-mac.ts'
import { readTicket, ticketKey, writeTicket, type Ticket } from './ticket.ts'

/** A standard Colyseus seat reservation: stock clients take it with `consumeSeatReservation`. */
export interface Seat {
  readonly name: string
  /** The ticket. Whoever has it sits down as its user, once. */
  readonly sessionId: string
  readonly roomId: string
  readonly processId: string
  readonly publicAddress?: string
}

/** An open instance of a room on this node. */
export interface Instance {
  readonly kind: string
  readonly id: string
}

export interface SeatsOptions {
  readonly secret: string | Uint8Array
  readonly processId: string
  readonly now: () => number
  /** Opens the room's instance here, or finds it. */
  readonly open: (room: RoomKey) => Soon<Instance>
  /** `host[:port][/path]` under which clients reach this node, where it is not the one they asked. */
  readonly publicAddress?: string | undefined
}

/** A ticket is good for so long, ms. */
export const ticketMs = 30_000
/** With a header's limit of 8 KiB in mind, and what proxies log. */
const maxTicketLength = 3_000

export type Redeemed =
  { readonly ticket: Ticket } | { readonly refused: 'forged' | 'expired' | 'used' | 'other room' }

export class Seats {
  readonly #options: SeatsOptions
  readonly #key: TextMac
  readonly #used = new OnceSet(2 * ticketMs)

  constructor(options: SeatsOptions) {
    this.#options = options
    this.#key = ticketKey(options.secret)
  }

  /**
   * A seat for `asker`, good for one use within 30 seconds. Throws RoomError `room.unknown`,
   * `room.elsewhere` or `draining`. `session` names the session whose end closes the socket.
   */
  issue(room: RoomKey, asker: Asker, { session }: { session?: string } = {}): Soon<Seat> {
    if (asker.roles.includes('system')) throw new TypeError('the system needs no seat')
    return whenThere(this.#options.open(room), (instance) => this.#seat(instance, asker, session))
  }

  #seat({ kind, id }: Instance, asker: Asker, session: string | undefined): Seat {
    const expires = this.#options.now() + ticketMs
    const sessionId = writeTicket(this.#key, { instance: id, asker, expires, session })
    if (sessionId.length > maxTicketLength) {
      throw new RoomError('seat.too_large', 'Name, roles and card of the user are too long.')
    }
    const { processId, publicAddress } = this.#options
    return {
      name: kind,
      sessionId,
      roomId: id,
      processId,
      ...(publicAddress !== undefined && { publicAddress }),
    }
  }

  /** The ticket of a socket for the instance `roomId`; a ticket that is fine is used up by this. */
  redeem(text: string, roomId: string): Redeemed {
    const ticket = text.length <= maxTicketLength ? readTicket(this.#key, text) : undefined
    if (!ticket) return { refused: 'forged' }
    if (ticket.instance !== roomId) return { refused: 'other room' }
    const now = this.#options.now()
    if (now >= ticket.expires) return { refused: 'expired' }
    if (!this.#used.take(ticket.serial, now)) return { refused: 'used' }
    return { ticket }
  }
}

/** The address of a seat's socket for clients that build none themselves; `base` is http(s)://host[:port]. */
export function socketUrl(base: string, seat: Seat): string {
  const origin = base.replace(/^http/, 'ws').replace(/\/$/, '')
  return `${origin}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`
}
