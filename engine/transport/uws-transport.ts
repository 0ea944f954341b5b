/** Sockets and HTTP on uWebSockets: frames are published natively, lanes are topics. */

import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js'
import type { Lane } from '../kernel/feature.ts'
import { laneType } from '../wire/messages.ts'
import { ipOfBytes } from './client-ip.ts'
import { Door } from './door.ts'
import { FloodGate } from './flood-gate.ts'
import { levelsOf, UwsGroup } from './uws-group.ts'
import { UwsSocket, type UwsContext } from './uws-socket.ts'
import { uwsHttp } from './uws-http.ts'
import {
  defaultLimits,
  type Transport,
  type TransportLimits,
  type TransportOptions,
  type TransportStats,
} from './transport.ts'

type Uws = typeof import('uWebSockets.js')

/**
 * Bytes above our own limit at which uWebSockets drops by itself: the frames of the turn in which a socket
 * turns out to be slow, and the close frame that tells it so, still find room.
 */
const roomForTurn = 4 * 1024 * 1024
const shouldByte = laneType.should.charCodeAt(0)
const mayByte = laneType.may.charCodeAt(0)

export class UwsTransport implements Transport {
  readonly name = 'uws'
  readonly stats: TransportStats
  readonly #uws: Uws
  readonly #app: TemplatedApp
  readonly #door: Door
  readonly #options: TransportOptions
  readonly #limits: TransportLimits
  readonly #groups = new Map<string, UwsGroup>()
  #waiting: UwsSocket[] = []
  #flushing = false
  #listening: us_listen_socket | undefined

  constructor(uws: Uws, options: TransportOptions) {
    this.#uws = uws
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#door = new Door(options, this.#limits)
    this.stats = this.#door.stats
    this.#app = uws.App()
    this.#app.ws<{ socket: UwsSocket }>('/*', this.#behavior())
    const { maxBody } = this.#limits
    const { handlers } = options
    this.#app.any('/*', uwsHttp({ handlers, maxBody }))
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const bound = (socket: us_listen_socket | false): void => {
        if (!socket) return reject(portTaken(port, host))
        this.#listening = socket
        resolve(this.#uws.us_socket_local_port(socket))
      }
      // Exclusive: without it a second process would quietly share the port. Absent in the types.
      const listen = this.#app.listen as unknown as (
        host: string,
        port: number,
        options: number,
        bound: (socket: us_listen_socket | false) => void,
      ) => void
      listen.call(this.#app, host, port, 1, bound)
    })
  }

  publish(group: string, lane: Lane, frame: Uint8Array): void {
    this.#flush()
    const known = this.#groups.get(group)
    if (!known) return
    this.stats.published += 1
    known.bytes += frame.byteLength
    if (known.bytes > this.#limits.backpressure.may) {
      known.bytes = 0
      for (const socket of known.sockets) socket.weigh()
    }
    for (const level of levelsOf[lane]) this.#app.publish(known.topics[level], frame, true)
  }

  stopListening(): void {
    if (this.#listening) this.#uws.us_listen_socket_close(this.#listening)
    this.#listening = undefined
  }

  async close(): Promise<void> {
    this.stopListening()
    this.#flush()
    this.#app.close()
  }

  #behavior(): import('uWebSockets.js').WebSocketBehavior<{ socket: UwsSocket }> {
    const { handlers } = this.#options
    const context: UwsContext = {
      limits: this.#limits,
      stats: this.stats,
      gate: new FloodGate(this.#limits.messageRate),
      later: (socket) => this.#later(socket),
      group: (name) => this.#group(name),
      left: ({ name, sockets }) => void (sockets.size || this.#groups.delete(name)),
    }
    return {
      compression: 0,
      maxPayloadLength: this.#limits.maxPayload,
      maxBackpressure: this.#limits.backpressure.must + roomForTurn,
      closeOnBackpressureLimit: false,
      idleTimeout: this.#limits.idleSeconds,
      sendPingsAutomatically: true,
      upgrade: (res, req, native) => {
        const entry = this.#door.enter({
          path: req.getUrl(),
          query: req.getQuery() ?? '',
          host: req.getHeader('host'),
          origin: req.getHeader('origin'),
          peer: ipOfBytes(new Uint8Array(res.getRemoteAddress())),
          forwardedFor: req.getHeader('x-forwarded-for'),
        })
        if (entry.refused !== undefined) {
          res.cork(() => res.writeStatus(`${entry.refused} Refused`).end('', true))
          return
        }
        res.upgrade(
          { socket: new UwsSocket(context, entry.ip, entry.context) },
          req.getHeader('sec-websocket-key'),
          req.getHeader('sec-websocket-protocol'),
          req.getHeader('sec-websocket-extensions'),
          native,
        )
      },
      open: (ws) => {
        const { socket } = ws.getUserData()
        socket.opened(ws)
        handlers.opened(socket)
        socket.sent()
      },
      message: (ws, message, binary) => {
        const { socket } = ws.getUserData()
        if (socket.passes(message.byteLength, binary)) {
          this.stats.received += 1
          handlers.received(socket, new Uint8Array(message))
        }
      },
      // A dropped line or aggregate costs the lane at the next look; anything else is a gap.
      dropped: (ws, message) => {
        const lane = new Uint8Array(message)[2]
        if (lane !== shouldByte && lane !== mayByte) this.#later(ws.getUserData().socket.tooSlow())
      },
      drain: (ws) => ws.getUserData().socket.weigh(),
      close: (ws, code) => {
        const { socket } = ws.getUserData()
        this.#door.left(socket.ip)
        socket.closed()
        handlers.closed(socket, code)
      },
    }
  }

  #later(socket: UwsSocket): void {
    if (!this.#waiting.length && !this.#flushing) setImmediate(() => this.#flush())
    this.#waiting.push(socket)
  }

  #flush(): void {
    if (this.#flushing) return
    this.#flushing = true
    while (this.#waiting.length) {
      const sockets = this.#waiting
      this.#waiting = []
      for (const socket of sockets) socket.flush()
    }
    this.#flushing = false
  }

  #group(name: string): UwsGroup {
    let group = this.#groups.get(name)
    if (!group) this.#groups.set(name, (group = new UwsGroup(name)))
    return group
  }
}

function portTaken(port: number, host: string): Error {
  const message = `Port ${port} on ${host} is taken; stop what listens there or set PLAZA_PORT.`
  return Object.assign(new Error(message), { code: 'EADDRINUSE' })
}
