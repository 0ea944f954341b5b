/** The HTTP port of a media node: HTTP-FLV, HLS and replays behind signed addresses. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { requirePlayback, type PlaybackAct } from '../../persistence/playback-token.ts'
import type { Feed } from '../stream/feed.ts'
import { full, notFound, sendProblem } from './edge-errors.ts'
import { FlvViewer, type ViewerExit, type ViewerLimits } from './flv-viewer.ts'
import { serveHls, type HlsSource } from './hls-files.ts'

export interface EdgeOptions {
  /** Hex, shared with the server that signs. */
  secret: string
  /** The feed of a stream that is live or interrupted. */
  feed(stream: string): Feed | undefined
  /** A stream that is packaged, or was until a moment ago. */
  hls(stream: string): HlsSource | undefined
  replay(recording: string): Promise<HlsSource | undefined>
  /** Whether new streams and viewers are welcome. */
  ready(): boolean
  metrics(): Promise<{ type: string; text: string }>
  limits: ViewerLimits & { maxViewers: number }
  onViewer(change: 'came' | 'skipped' | ViewerExit): void
  onError(error: unknown): void
}

/** Connections beyond the viewers: HLS, metrics, refusals. */
const spareConnections = 2000
const headersTimeoutMs = 10_000
const idleTimeoutMs = 60_000
const everywhere = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
} as const

export class HttpEdge {
  readonly #options: EdgeOptions
  readonly #server: Server
  #viewers = 0

  constructor(options: EdgeOptions) {
    this.#options = options
    this.#server = createServer(
      { headersTimeout: headersTimeoutMs, requestTimeout: headersTimeoutMs },
      (request, response) => void this.#serve(request, response),
    )
    this.#server.maxConnections = options.limits.maxViewers + spareConnections
    this.#server.timeout = idleTimeoutMs
  }

  get viewers(): number {
    return this.#viewers
  }

  /** Answers the port, for a `port` of 0 the one that the system chose. Rejects when it is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(everywhere)) response.setHeader(name, value)
    try {
      if (request.method === 'OPTIONS') {
        response.writeHead(204, { 'access-control-allow-methods': 'GET, HEAD' }).end()
      } else if (request.method === 'GET' || request.method === 'HEAD') {
        await this.#route(request, response)
      } else {
        throw new RoomError('playback.method', 'Use GET or HEAD.')
      }
    } catch (error) {
      const cut = response.destroyed || response.headersSent
      if (!(error instanceof RoomError) && !cut) this.#options.onError(error)
      sendProblem(response, error)
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    const [, place, first = '', second, third, ...rest] = path.split('/')
    if (rest.length > 0) throw notFound()
    if (place === 'flv' && second === undefined && first.endsWith('.flv')) {
      const token = new URLSearchParams(query).get('t') ?? ''
      this.#flv(request, response, first.slice(0, -'.flv'.length), token)
    } else if ((place === 'hls' || place === 'replay') && second && third !== undefined) {
      this.#require(place, second, first)
      const { hls, replay } = this.#options
      const source = place === 'hls' ? hls(second) : await replay(second)
      if (!source) throw notFound()
      await serveHls(request, response, source, third)
    } else if (second === undefined && first === '') {
      await this.#operate(place, response)
    } else {
      throw notFound()
    }
  }

  #flv(request: IncomingMessage, response: ServerResponse, stream: string, token: string): void {
    this.#require('flv', stream, token)
    const { feed, limits, onViewer } = this.#options
    const found = feed(stream)
    if (!found) throw notFound()
    const head = { 'content-type': 'video/x-flv', 'cache-control': 'no-store', connection: 'close' }
    if (request.method === 'HEAD') {
      response.writeHead(200, head).end()
      return
    }
    if (this.#viewers >= limits.maxViewers) throw full()
    // The body ends with the connection: each write is one for the socket, without chunk framing.
    response.removeHeader('transfer-encoding')
    response.writeHead(200, head).flushHeaders()
    request.socket.setTimeout(0)
    request.socket.setNoDelay(true)
    this.#viewers++
    onViewer('came')
    new FlvViewer(response, found, limits, {
      skip: () => onViewer('skipped'),
      exit: (exit) => {
        this.#viewers--
        onViewer(exit)
      },
    })
  }

  #require(act: PlaybackAct, name: string, token: string): void {
    requirePlayback(this.#options.secret, token, { act, name }, Date.now())
  }

  async #operate(place: string | undefined, response: ServerResponse): Promise<void> {
    const send = (status: number, text: string, type = 'text/plain') => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
    }
    if (place === 'livez') send(200, 'ok\n')
    else if (place === 'readyz') {
      const ready = this.#options.ready()
      send(ready ? 200 : 503, ready ? 'ok\n' : 'not ready\n')
    } else if (place === 'metrics') {
      const { text, type } = await this.#options.metrics()
      send(200, text, type)
    } else throw notFound()
  }
}
