/** Seat tickets: short-lived HMAC statements of who may sit in which instance of a room. */

import { createHmac, randomInt } from 'node:crypto'
import { guestAsker, isPlainGuest, type Asker } from '../kernel/context.ts'
import { decode, encode } from '../wire/codec.ts'
import { TextMac } from './text-mac.ts'

export interface TicketClaims {
  /** The instance of the room that the seat is in; there is no other of its name. */
  readonly instance: string
  readonly asker: Asker
  /** The session of the accounts service; its end closes the socket. */
  readonly session?: string | undefined
  /** ms since 1970. */
  readonly expires: number
}

/** No other ticket has its serial; a second use is recognised by it. */
export type Ticket = TicketClaims & { readonly serial: number }

/** Issuers start far apart and count on, which makes what is used cheap to remember. */
let serials = randomInt(2 ** 47) * 16

/** Who is no plain guest is written as data. */
const dataMark = '~'

/** The key of tickets, derived so that no other use of the secret can be turned into a seat. */
export function ticketKey(secret: string | Uint8Array): TextMac {
  return new TextMac(createHmac('sha256', secret).update('plaza seat ticket v3').digest('hex'))
}

/**
 * `serial.expires.instance.who.mac`, the last over all before it. URL-safe text: stock clients put it into
 * the socket's address unescaped.
 */
export function writeTicket(key: TextMac, claims: TicketClaims): string {
  const { instance, asker, session, expires } = claims
  const who =
    session === undefined && isPlainGuest(asker) && isWord(asker.id)
      ? asker.id
      : dataMark + dataOf(asker, session)
  const serial = (serials += 1)
  const text = `${serial.toString(36)}.${expires.toString(36)}.${instance}.${who}`
  return `${text}.${key.of(text)}`
}

/** Undefined for anything that was not written with this key. Says nothing about expiry or use. */
export function readTicket(key: TextMac, ticket: string): Ticket | undefined {
  const end = ticket.lastIndexOf('.')
  if (end < 0) return undefined
  const text = ticket.slice(0, end)
  if (!key.verifies(text, ticket.slice(end + 1))) return undefined
  const [serial, expires, instance, who] = text.split('.') as [string, string, string, string]
  return {
    serial: Number.parseInt(serial, 36),
    expires: Number.parseInt(expires, 36),
    instance,
    ...(who.startsWith(dataMark)
      ? readData(who.slice(dataMark.length))
      : { asker: guestAsker(who), session: undefined }),
  }
}

function dataOf({ id, name, roles, card }: Asker, session: string | undefined): string {
  return Buffer.from(encode([id, name, roles, card, session])).toString('base64url')
}

function readData(text: string): Pick<Ticket, 'asker' | 'session'> {
  const [id, name, roles, card, session] = decode(Buffer.from(text, 'base64url')) as [
    string,
    string,
    string[],
    unknown,
    unknown,
  ]
  return {
    asker: { id, name, roles, ...(card ? { card: card as Record<string, unknown> } : undefined) },
    session: typeof session === 'string' ? session : undefined,
  }
}

function isWord(text: string): boolean {
  return /^\w+$/.test(text)
}
