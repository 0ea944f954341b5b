/** Keeps one room connected: asks for a seat, joins, watches, and comes back by position after every loss. */

import { closeCodes, nextStep, retryInMs } from '../engine/wire/close-codes.ts'
import { backoffMs } from './backoff.ts'
import type { RoomStatus } from './client.ts'
import { Lifeline, lifelineTimes } from './lifeline.ts'
import type { Platform } from './platform.ts'
import { RejectError } from './reject-error.ts'
import { RoomFeed, type RoomFeedHandlers } from './room-feed.ts'
import { RoomSocket } from './room-socket.ts'

export interface Seat {
  readonly socketUrl: string
}

export interface RoomConnectionHandlers extends Omit<RoomFeedHandlers, 'ready' | 'broken'> {
  status(status: RoomStatus, retryInMs: number | undefined): void
  /** For good: refused, or told to stop. */
  closed(code: number, reason: string, error: RejectError): void
}

/** A server that sends away more often in a row is not believed to spread a crowd. */
const mostBelieved = 4
/** Online for so long resets the backoff. */
const steadyMs = 5_000

export class RoomConnection {
  readonly #platform: Platform
  readonly #seat: (renew: boolean) => Promise<Seat>
  readonly #handlers: RoomConnectionHandlers
  readonly #feed: RoomFeed
  readonly #lifeline: Lifeline
  readonly #stops: (() => void)[] = []
  #status: RoomStatus = 'connecting'
  #retryInMs: number | undefined
  #socket: RoomSocket | undefined
  /** Counts tries, so that what belongs to a former one is ignored. */
  #attempt = 0
  /** Tries since the connection last held. */
  #tries = 0
  /** A try is planned, none is under way. */
  #waiting = false
  #renewSession = false
  #networkDown = false
  #cancelRetry = (): void => {}
  #cancelSteady = (): void => {}

  constructor(
    platform: Platform,
    /** A new seat; `renew`: the server doubted the session, so get a new access token first. */
    seat: (renew: boolean) => Promise<Seat>,
    handlers: RoomConnectionHandlers,
  ) {
    this.#platform = platform
    this.#seat = seat
    this.#handlers = handlers
    const lost = (): void => this.#lost()
    this.#feed = new RoomFeed({ ...handlers, ready: () => this.#ready(), broken: lost })
    this.#lifeline = new Lifeline(platform, () => this.#socket?.ping(), lost)
  }

  get status(): RoomStatus {
    return this.#status
  }

  get retryInMs(): number | undefined {
    return this.#retryInMs
  }

  start(): void {
    this.#stops.push(
      this.#platform.onNetwork((online) => this.#network(online)),
      this.#platform.onVisible(() => this.#wake()),
    )
    void this.#try()
  }

  /** False when the room is not online; nothing was sent. */
  send(type: string, payload: unknown): boolean {
    if (this.#status !== 'online' || !this.#socket) return false
    try {
      this.#socket.send(type, payload)
      return true
    } catch {
      this.#lost()
      return false
    }
  }

  /** Leaves the room; no handler is called any more. */
  close(): void {
    this.#stop()
    this.#socket?.leave()
    this.#socket = undefined
    this.#status = 'closed'
    this.#retryInMs = undefined
  }

  async #try(): Promise<void> {
    const attempt = ++this.#attempt
    this.#cancelRetry()
    this.#waiting = false
    this.#set(this.#trouble(), undefined)
    const renew = this.#renewSession
    this.#renewSession = false
    try {
      const seat = await this.#seat(renew)
      if (attempt === this.#attempt) this.#open(seat)
    } catch (error) {
      if (attempt === this.#attempt) this.#seatRefused(error)
    }
  }

  #open(seat: Seat): void {
    const at = this.#feed.position
    const url = at ? `${seat.socketUrl}&at=${at.epoch}.${at.seq}` : seat.socketUrl
    this.#lifeline.expect()
    this.#socket = new RoomSocket(this.#platform, url, {
      heard: () => this.#lifeline.heard(),
      message: (type, payload) => this.#feed.message(type, payload),
      closed: (code, reason) => this.#socketClosed(code, reason),
    })
  }

  #ready(): void {
    this.#networkDown = false
    this.#cancelSteady()
    this.#cancelSteady = this.#platform.after(steadyMs, () => {
      this.#tries = 0
    })
    this.#lifeline.watch()
    this.#set('online', undefined)
  }

  #socketClosed(code: number, reason: string): void {
    this.#socket = undefined
    const next = nextStep(code)
    if (next === 'stop') return this.#finish(code, closeError(code, reason))
    if (next === 'reauthenticate') this.#renewSession = true
    const told = retryInMs(reason)
    this.#lost(told, told !== undefined)
  }

  #seatRefused(error: unknown): void {
    if (!(error instanceof RejectError)) return this.#lost()
    if (isFinal(error)) return this.#finish(error.status ?? 0, error)
    const wait: unknown = error.data.retryInMs
    this.#lost(typeof wait === 'number' ? wait : 0, error.code === 'busy')
  }

  /** Gives up the connection at hand and plans the next try. `spread`: the server spreads the crowd itself. */
  #lost(atLeastMs = 0, spread = false): void {
    if (this.#status === 'closed') return
    this.#attempt++
    this.#disconnect()
    const own = backoffMs(this.#tries++, () => this.#platform.random())
    const delay = atLeastMs + (spread && this.#tries <= mostBelieved ? 0 : own)
    this.#cancelRetry()
    this.#waiting = true
    this.#cancelRetry = this.#platform.after(delay, () => void this.#try())
    this.#set(this.#trouble(), this.#networkDown ? undefined : delay)
  }

  #disconnect(): void {
    this.#feed.end()
    this.#lifeline.stop()
    this.#cancelSteady()
    this.#socket?.drop()
    this.#socket = undefined
  }

  #trouble(): RoomStatus {
    if (this.#networkDown) return 'offline'
    return this.#feed.everWelcomed ? 'reconnecting' : 'connecting'
  }

  #network(online: boolean): void {
    this.#networkDown = !online
    if (!online) this.#lost()
    else if (this.#status === 'online') this.#wake()
    else {
      // A try that began without network may hang for long.
      this.#disconnect()
      void this.#try()
    }
  }

  /** The person is back: do not wait for the timer, and do not trust an old socket. */
  #wake(): void {
    if (this.#status === 'online') this.#lifeline.probe(lifelineTimes.wakeMs)
    else if (this.#waiting) void this.#try()
  }

  #finish(code: number, error: RejectError): void {
    this.#stop()
    this.#disconnect()
    this.#set('closed', undefined)
    this.#handlers.closed(code, error.code, error)
  }

  #stop(): void {
    this.#attempt++
    this.#cancelRetry()
    this.#lifeline.stop()
    this.#cancelSteady()
    for (const stop of this.#stops.splice(0)) stop()
  }

  #set(status: RoomStatus, retryInMs: number | undefined): void {
    if (status === this.#status && retryInMs === this.#retryInMs) return
    this.#status = status
    this.#retryInMs = retryInMs
    this.#handlers.status(status, retryInMs)
  }
}

/** Refusals that another try does not change. An `unauthorized` session is over: the next try is a guest's. */
function isFinal({ retry, code }: RejectError): boolean {
  return retry === 'no' || retry === 'fix' || code === 'login_required'
}

const refusals: Readonly<Record<number, string>> = {
  [closeCodes.kicked]: 'kicked',
  [closeCodes.malformed]: 'malformed',
  [closeCodes.flooding]: 'flooding',
  [closeCodes.roomClosed]: 'room.closed',
}

function closeError(code: number, reason: string): RejectError {
  return new RejectError(refusals[code] ?? 'closed', reason || 'The room ended the connection.', {
    data: { closeCode: code },
  })
}
