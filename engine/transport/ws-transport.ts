/** Sockets and HTTP on Node's own server and `ws`, for machines that uWebSockets has no binary for. */

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Lane } from '../kernel/feature.ts'
import { ipOfText } from './client-ip.ts'
import { Door } from './door.ts'
import { FloodGate } from './flood-gate.ts'
import { nodeHttp } from './node-http.ts'
import { WsSocket, type WsContext } from './ws-socket.ts'
import {
  defaultLimits,
  type Transport,
  type TransportLimits,
  type TransportOptions,
  type TransportStats,
} from './transport.ts'

export class WsTransport implements Transport {
  readonly name = 'ws'
  readonly stats: TransportStats
  readonly #server: Server
  readonly #wss: WebSocketServer
  readonly #door: Door
  readonly #options: TransportOptions
  readonly #limits: TransportLimits
  readonly #sockets = new Set<WsSocket>()
  readonly #groups = new Map<string, Set<WsSocket>>()
  readonly #context: WsContext
  #held: WsSocket[] = []
  #beat: NodeJS.Timeout | undefined

  constructor(options: TransportOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#door = new Door(options, this.#limits)
    this.stats = this.#door.stats
    this.#context = {
      limits: this.#limits,
      stats: this.stats,
      hold: (socket) => this.#hold(socket),
      gate: new FloodGate(this.#limits.messageRate),
      join: (name, socket) => void this.#group(name).add(socket),
      leave: (name, socket) => this.#leave(name, socket),
      closed: (socket, code) => options.handlers.closed(socket, code),
    }
    const { handlers } = options
    const { maxBody, maxPayload } = this.#limits
    this.#server = createServer(
      { requestTimeout: 300_000, headersTimeout: 10_000, keepAliveTimeout: 10_000 },
      nodeHttp({ handlers, maxBody }),
    )
    this.#wss = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        this.#beat = setInterval(() => this.#ping(), (this.#limits.idleSeconds * 1_000) / 2)
        this.#beat.unref()
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  publish(group: string, lane: Lane, frame: Uint8Array): void {
    const sockets = this.#groups.get(group)
    if (!sockets) return
    this.stats.published += 1
    for (const socket of sockets) socket.deliver(lane, frame)
  }

  stopListening(): void {
    this.#server.close()
  }

  async close(): Promise<void> {
    this.stopListening()
    clearInterval(this.#beat)
    for (const socket of this.#sockets) socket.terminate()
    this.#server.closeAllConnections()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const { headers, url = '/' } = request
    const mark = url.indexOf('?')
    const entry = this.#door.enter({
      path: mark < 0 ? url : url.slice(0, mark),
      query: mark < 0 ? '' : url.slice(mark + 1),
      host: headers.host ?? '',
      origin: headers.origin ?? '',
      peer: ipOfText(request.socket.remoteAddress),
      forwardedFor: String(headers['x-forwarded-for'] ?? ''),
    })
    if (entry.refused !== undefined) {
      // Node's connections are half-open: a client that keeps its end open would keep ours.
      socket.once('finish', () => socket.destroy())
      socket.end(
        `HTTP/1.1 ${entry.refused} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      )
      return
    }
    const { ip, context } = entry
    const { handlers } = this.#options
    socket.once('close', () => this.#door.left(ip))
    this.#wss.handleUpgrade(request, socket, head, (ws) => {
      const one = new WsSocket(this.#context, ws, request.socket, ip, context)
      this.#sockets.add(one)
      ws.on('message', (data, binary) => {
        const frame = data as Buffer
        if (!one.passes(frame.byteLength, binary)) return
        this.stats.received += 1
        handlers.received(one, frame)
      })
      ws.once('close', () => this.#sockets.delete(one))
      handlers.opened(one)
    })
  }

  #hold(socket: WsSocket): void {
    if (!this.#held.length) setImmediate(() => this.#release())
    this.#held.push(socket)
  }

  #release(): void {
    const held = this.#held
    this.#held = []
    for (const socket of held) socket.release()
  }

  #leave(name: string, socket: WsSocket): void {
    const group = this.#groups.get(name)
    if (group?.delete(socket) && !group.size) this.#groups.delete(name)
  }

  #group(name: string): Set<WsSocket> {
    let group = this.#groups.get(name)
    if (!group) this.#groups.set(name, (group = new Set()))
    return group
  }

  #ping(): void {
    for (const socket of this.#sockets) socket.ping()
  }
}
