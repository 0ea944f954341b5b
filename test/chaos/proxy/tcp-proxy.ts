/** A TCP proxy that hurts what passes through it: in front of Postgres, of Redis and of nodes. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { fair, Link, type Weather } from './link.ts'

/** Looks into one connection. A return of false keeps the bytes from being delivered. */
export interface Tap {
  up?(bytes: Buffer): boolean
  down?(bytes: Buffer): boolean
  /** The connection is over. */
  end?(): void
}

export interface TcpProxyOptions {
  readonly host?: string
  readonly port: number
  /** Listen on; by default 127.0.0.1. */
  readonly on?: string
  readonly random?: () => number
  /** Made for each connection; `cut` ends it with a reset. */
  readonly tap?: (cut: () => void) => Tap
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly up: Link
  readonly down: Link
  readonly tap: Tap | undefined
}

/** `up` is from the client to the server. */
export class TcpProxy {
  readonly port: number
  readonly #options: TcpProxyOptions
  readonly #pairs = new Set<Pair>()
  #server: Server
  #up = fair
  #down = fair

  static async listen(options: TcpProxyOptions): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true })
    server.listen(0, options.on ?? '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server, options)
  }

  private constructor(server: Server, options: TcpProxyOptions) {
    this.#server = server
    this.#options = options
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => this.#join(socket))
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** How many of them have lost bytes that went from a client to the server. */
  get robbed(): number {
    return [...this.#pairs].filter(({ up }) => up.broken).length
  }

  /** Weather of both directions, or of one; what is not named is fair. */
  set(weather: Partial<Weather> & { readonly only?: 'up' | 'down' }): void {
    const { only, ...change } = weather
    this.#up = only === 'down' ? fair : { ...fair, ...change }
    this.#down = only === 'up' ? fair : { ...fair, ...change }
    this.#wake()
  }

  /** Fair weather. Connections that lost something for good are cut: nobody can mend them. */
  heal(): void {
    this.#up = this.#down = fair
    for (const pair of this.#pairs) if (pair.up.broken || pair.down.broken) this.#cut(pair)
    this.#wake()
  }

  /** Resets every connection; new ones are taken. */
  cut(): void {
    for (const pair of this.#pairs) this.#cut(pair)
  }

  /** Resets every connection and refuses new ones until `accept`. */
  async refuse(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  async accept(): Promise<void> {
    this.#server = createServer({ allowHalfOpen: true })
    this.#server.on('connection', (socket) => this.#join(socket))
    this.#server.listen(this.port, this.#options.on ?? '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse()
  }

  #join(client: Socket): void {
    const { host = '127.0.0.1', port, tap: makeTap, random = Math.random } = this.#options
    const server = connect({ host, port, allowHalfOpen: true })
    const tap = makeTap?.(() => this.#cut(pair))
    const up = new Link({
      from: client,
      to: server,
      weather: () => this.#up,
      random,
      tap: tap?.up?.bind(tap),
    })
    const down = new Link({
      from: server,
      to: client,
      weather: () => this.#down,
      random,
      tap: tap?.down?.bind(tap),
    })
    const pair: Pair = { client, server, up, down, tap }
    this.#pairs.add(pair)
    // A reset travels at once in fair weather; in foul weather the other end hears nothing.
    const reset = (weather: () => Weather) => () => {
      if (weather().flow === 'pass') this.#cut(pair)
    }
    client.on(
      'error',
      reset(() => this.#up),
    )
    server.on(
      'error',
      reset(() => this.#down),
    )
    const ended = (): void => {
      if (client.destroyed && server.destroyed && this.#pairs.delete(pair)) tap?.end?.()
    }
    client.on('close', ended)
    server.on('close', ended)
    client.setNoDelay(true)
    server.setNoDelay(true)
  }

  #cut(pair: Pair): void {
    if (this.#pairs.delete(pair)) pair.tap?.end?.()
    pair.up.stop()
    pair.down.stop()
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
  }

  #wake(): void {
    for (const { up, down } of this.#pairs) {
      up.wake()
      down.wake()
    }
  }
}
