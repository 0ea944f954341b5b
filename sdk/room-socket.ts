/** One socket that speaks the Colyseus 0.18 room protocol, as far as rooms without Schema state need it. */

import { closeCodes } from '../engine/wire/close-codes.ts'
import { protocol, readServerFrame, roomData, signal } from '../engine/wire/colyseus.ts'
import type { Platform, Socket } from './platform.ts'

export interface RoomSocketHandlers {
  /** Anything at all arrived: the socket lives. */
  heard(): void
  message(type: string, payload: unknown): void
  /** Once; `reason` is the text of an error frame where one came before. */
  closed(code: number, reason: string): void
}

export class RoomSocket {
  readonly #socket: Socket
  readonly #handlers: RoomSocketHandlers
  #joined = false
  #error = ''
  #over = false

  constructor(platform: Platform, url: string, handlers: RoomSocketHandlers) {
    this.#handlers = handlers
    this.#socket = platform.socket(url)
    this.#socket.onmessage = (bytes) => this.#receive(bytes)
    this.#socket.onclose = (code, reason) => this.#finish(code, reason || this.#error)
  }

  get joined(): boolean {
    return this.#joined
  }

  send(type: string, payload: unknown): void {
    this.#socket.send(roomData(type, payload))
  }

  ping(): void {
    this.#socket.send(signal(protocol.ping))
  }

  /** Says goodbye where the room is joined, and closes. No handler is called any more. */
  leave(): void {
    if (this.#over) return
    this.#over = true
    if (this.#joined) this.#quietly(() => this.#socket.send(signal(protocol.leaveRoom)))
    this.#quietly(() => this.#socket.close(1000, ''))
  }

  /** Gives the socket up without goodbye. No handler is called any more. */
  drop(): void {
    this.#over = true
    this.#quietly(() => this.#socket.close(4000, ''))
  }

  #receive(bytes: Uint8Array): void {
    if (this.#over) return
    this.#handlers.heard()
    try {
      this.#frame(bytes)
    } catch {
      this.drop()
      this.#handlers.closed(closeCodes.moved, 'unreadable frame')
    }
  }

  #frame(bytes: Uint8Array): void {
    // Its reconnection token is of no use here, and not every platform can decode text.
    if (bytes[0] === protocol.joinRoom) {
      this.#joined = true
      this.#socket.send(signal(protocol.joinRoom))
      return
    }
    const frame = readServerFrame(bytes)
    if (frame.kind === 'data') this.#handlers.message(frame.type, frame.payload)
    else if (frame.kind === 'error') this.#error = frame.message
    else if (frame.kind === 'leave') this.#quietly(() => this.#socket.close(1000, ''))
  }

  #finish(code: number, reason: string): void {
    if (this.#over) return
    this.#over = true
    this.#handlers.closed(code, reason)
  }

  /** A socket that closes meanwhile may throw; its close event tells all there is to know. */
  #quietly(fn: () => void): void {
    try {
      fn()
    } catch {
      // See above.
    }
  }
}
