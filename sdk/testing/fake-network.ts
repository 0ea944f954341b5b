/** Sockets in memory between a client and a fake server: ordered, delayed, cut at any moment. */

import type { Socket } from '../platform.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The server's end of a connection. */
export interface ServerEnd {
  readonly url: string
  readonly open: boolean
  onmessage: (bytes: Uint8Array) => void
  onclose: () => void
  send(bytes: Uint8Array): void
  close(code: number, reason?: string): void
}

export interface Connection extends ServerEnd {
  /** The wire breaks: what is on its way is lost, both ends are told 1006. */
  cut(): void
  /** Nothing passes any more and nobody is told: a phone that left its network. */
  hang(): void
}

export class FakeNetwork {
  /** Milliseconds that a message takes; asked per message. */
  delay: () => number = () => 5
  /** Unreachable: sockets fail to open. */
  down = false
  readonly connections: Connection[] = []
  readonly #clock: VirtualClock
  readonly #accept: (connection: Connection) => void

  constructor(clock: VirtualClock, accept: (connection: Connection) => void) {
    this.#clock = clock
    this.#accept = accept
  }

  get open(): Connection[] {
    return this.connections.filter((connection) => connection.open)
  }

  socket(url: string): Socket {
    const clock = this.#clock
    const delay = (): number => this.delay()
    let state: 'opening' | 'open' | 'closed' = 'opening'
    let hanging = false
    // TCP keeps the order whatever the delay of each message.
    let lastUp = 0
    let lastDown = 0
    const up = (fn: () => void): void => {
      lastUp = Math.max(lastUp, clock.now + delay())
      clock.after(lastUp - clock.now, fn)
    }
    const down = (fn: () => void): void => {
      lastDown = Math.max(lastDown, clock.now + delay())
      clock.after(lastDown - clock.now, fn)
    }
    const end = (
      code: number,
      reason: string,
      tell: { client: boolean; server: boolean },
    ): void => {
      if (state === 'closed') return
      state = 'closed'
      if (tell.server) connection.onclose()
      if (tell.client) socket.onclose?.(code, reason)
    }
    const socket: Socket = {
      onopen: undefined,
      onmessage: undefined,
      onclose: undefined,
      send: (bytes) => {
        if (state !== 'open') throw new Error('the socket is not open')
        const copy = bytes.slice()
        up(() => state === 'open' && !hanging && connection.onmessage(copy))
      },
      close: () => {
        // Frames sent before arrive before.
        up(() => end(1000, '', { client: false, server: !hanging }))
      },
    }
    const connection: Connection = {
      url,
      get open() {
        return state === 'open' && !hanging
      },
      onmessage: () => {},
      onclose: () => {},
      send: (bytes) => {
        const copy = bytes.slice()
        down(() => state === 'open' && !hanging && socket.onmessage?.(copy))
      },
      close: (code, reason = '') => {
        down(() => !hanging && end(code, reason, { client: true, server: true }))
      },
      cut: () => end(1006, '', { client: true, server: true }),
      hang: () => {
        hanging = true
        connection.onclose()
      },
    }
    down(() => {
      if (state !== 'opening') return
      if (this.down) return end(1006, '', { client: true, server: false })
      state = 'open'
      this.connections.push(connection)
      socket.onopen?.()
      this.#accept(connection)
    })
    return socket
  }
}
