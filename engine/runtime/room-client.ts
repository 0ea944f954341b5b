/** One socket in a room. */

import type { Asker } from '../kernel/context.ts'
import type { Position } from '../kernel/position.ts'
import type { Socket } from '../transport/transport.ts'
import { roomData } from '../wire/colyseus.ts'
import type { ServerMessages } from '../wire/messages.ts'
import type { ActorRoom } from './actor-room.ts'

/** Who may sit down where: what a ticket and the address of its socket say. */
export interface Boarding {
  readonly room: ActorRoom
  readonly asker: Asker
  readonly session: string | undefined
  /** Where its log ends if it was here before. */
  readonly at: Position | undefined
}

let numbers = 0

/** A viewer has nothing more than this and its socket, so each field counts twenty thousand times. */
export class RoomClient {
  readonly room: ActorRoom
  readonly asker: Asker
  readonly session: string | undefined
  at: Position | undefined
  readonly number = (numbers += 1)
  /** Milliseconds since 1970. */
  readonly since = Date.now()
  #socket: Socket | undefined
  /** Said that it is there, after which it may ask and is told things. */
  joined = false
  /** Got its welcome: its position is known and it follows the room's frames. */
  welcomed = false
  /** Commands that are not answered yet. */
  inFlight = 0

  constructor({ room, asker, session, at }: Boarding) {
    this.room = room
    this.asker = asker
    this.session = session
    this.at = at
  }

  /** Sits down, once. */
  board(socket: Socket): void {
    this.#socket = socket
  }

  get open(): boolean {
    return this.#socket?.open === true
  }

  /** Tells this process's sockets apart. */
  get id(): string {
    return this.number.toString(36)
  }

  /** From here on it gets what is published to the room. */
  follow(): void {
    this.#socket?.join(this.room.key)
  }

  tell<Type extends keyof ServerMessages & string>(
    type: Type,
    payload: ServerMessages[Type],
  ): void {
    this.send(roomData(type, payload))
  }

  send(frame: Uint8Array): void {
    this.#socket?.send(frame)
  }

  leave(code: number, reason = ''): void {
    this.#socket?.close(code, reason)
  }
}
