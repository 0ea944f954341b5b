/** The RTMP port: takes connections, within bounds, and hands publishers to the door. */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import type { Door } from './door.ts'
import { RtmpSession, type SessionLimits } from './rtmp-session.ts'

export interface IngestLimits extends SessionLimits {
  /** Connections that have not been admitted yet, over all addresses. */
  maxPending: number
  /** The same for one address. */
  maxPendingPerIp: number
}

export interface IngestOptions {
  door: Door
  limits: IngestLimits
  /** A connection ended without having been admitted. */
  onRefused(reason: string): void
}

export class RtmpIngest {
  readonly #options: IngestOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #pending = new Map<string, number>()
  #pendingTotal = 0

  constructor(options: IngestOptions) {
    this.#options = options
    this.#server = createServer((socket) => this.#connected(socket))
  }

  /** Answers the port, for a `port` of 0 the one that the system chose. Rejects when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #connected(socket: Socket): void {
    const { limits, door, onRefused } = this.#options
    const ip = socket.remoteAddress ?? ''
    const waiting = this.#pending.get(ip) ?? 0
    if (this.#pendingTotal >= limits.maxPending || waiting >= limits.maxPendingPerIp) {
      socket.destroy()
      onRefused('crowded')
      return
    }
    this.#count(ip, 1)
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    new RtmpSession(socket, door, limits, (refusal) => {
      this.#count(ip, -1)
      if (refusal !== undefined) onRefused(refusal)
    })
  }

  #count(ip: string, change: 1 | -1): void {
    this.#pendingTotal += change
    const waiting = (this.#pending.get(ip) ?? 0) + change
    if (waiting > 0) this.#pending.set(ip, waiting)
    else this.#pending.delete(ip)
  }
}
