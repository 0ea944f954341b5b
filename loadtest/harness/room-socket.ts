/** One socket in one room that is watched closely: it comes back after a loss and says where it had been. */

import { nextStep, retryInMs } from '../../engine/wire/close-codes.ts'
import { decode } from '../../engine/wire/codec.ts'
import { protocol, roomData, signal } from '../../engine/wire/colyseus.ts'
import type { ServerMessages, Welcome } from '../../engine/wire/messages.ts'
import { Link } from '../swarm/link.ts'

export interface RoomSocketHandler {
  welcome(welcome: Welcome): void
  /** A message of a type in `reads`. */
  message<Type extends keyof ServerMessages>(type: Type, payload: ServerMessages[Type]): void
  /** The last position it knows, once it was welcomed. */
  position(): { epoch: number; seq: number } | undefined
  dropped(code: number, reason: string): void
}

export interface RoomSocketOptions {
  /** The address of a new seat. */
  readonly seat: () => Promise<string>
  /** Letters of the messages that are decoded, besides the welcome. */
  readonly reads: string
  readonly handler: RoomSocketHandler
}

const firstRetryMs = 100
const longestRetryMs = 2_000

export class RoomSocket {
  readonly #options: RoomSocketOptions
  #link: Link | undefined
  #online = false
  #left = false
  #retryMs = firstRetryMs
  #timer: NodeJS.Timeout | undefined
  readonly #entered: Promise<void>
  #enter: () => void = () => undefined
  #refuse: (error: Error) => void = () => undefined

  constructor(options: RoomSocketOptions) {
    this.#options = options
    this.#entered = new Promise((resolve, reject) => {
      this.#enter = resolve
      this.#refuse = reject
    })
    this.#entered.catch(() => undefined)
    void this.#connect()
  }

  /** Resolves with the first welcome; rejects where the room refuses for good. */
  get entered(): Promise<void> {
    return this.#entered
  }

  get online(): boolean {
    return this.#online
  }

  /** False where there is no connection now. */
  command(id: string, name: string, input: unknown): boolean {
    if (!this.#online) return false
    this.#link!.send(roomData('c', [id, name, input]))
    return true
  }

  leave(): void {
    this.#left = true
    clearTimeout(this.#timer)
    this.#link?.close()
  }

  async #connect(): Promise<void> {
    try {
      const url = await this.#options.seat()
      if (this.#left) return
      const at = this.#options.handler.position()
      this.#link = new Link(at ? `${url}&at=${at.epoch}.${at.seq}` : url, {
        opened: () => undefined,
        frame: (_opcode, bytes, start, end) => this.#frame(bytes, start, end),
        closed: (code, reason) => this.#closed(code, reason),
      })
    } catch {
      if (!this.#left) this.#again(this.#retryMs)
    }
  }

  #frame(bytes: Buffer, start: number, end: number): void {
    if (bytes[start] === protocol.joinRoom) return this.#link!.send(signal(protocol.joinRoom))
    // ROOM_DATA with a type of one letter: code, length, letter, payload.
    if (bytes[start] !== protocol.roomData || bytes[start + 1] !== 0xa1) return
    const type = String.fromCharCode(bytes[start + 2]!) as keyof ServerMessages
    const { reads, handler } = this.#options
    if (type !== 'w' && !reads.includes(type)) return
    const payload = decode(bytes.subarray(start + 3, end))
    if (type !== 'w') return handler.message(type, payload as ServerMessages[typeof type])
    this.#retryMs = firstRetryMs
    this.#online = true
    handler.welcome(payload as Welcome)
    this.#enter()
  }

  #closed(code: number, reason: string): void {
    this.#online = false
    if (this.#left) return
    this.#options.handler.dropped(code, reason)
    if (nextStep(code) === 'stop') {
      return this.#refuse(new Error(`the room closed the socket with ${code} ${reason}`))
    }
    this.#again(retryInMs(reason) ?? this.#retryMs)
  }

  #again(ms: number): void {
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2)
    this.#timer = setTimeout(() => void this.#connect(), ms * (0.5 + Math.random()))
  }
}
