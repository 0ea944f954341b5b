/** The bus over Redis publish and subscribe. */

import { Redis } from 'ioredis'
import { newBusStats, type Bus } from './bus.ts'

export interface RedisBusOptions {
  /** redis://… */
  readonly url: string
  /** Stands before every channel, so that platforms can share a Redis. */
  readonly prefix?: string
  /** Bytes that may be on their way to Redis; what comes on top is dropped and counted. */
  readonly maxQueuedBytes?: number
}

type Listener = (message: Uint8Array) => void

/** Waits between tries to connect, ms: quick at first, then once a second or two, with jitter. */
const retryMs = (tries: number): number => Math.min(50 * 2 ** tries, 1_000) * (1 + Math.random())

/**
 * Two connections, because one that subscribes can do nothing else. What is published in one turn
 * leaves in one write. While Redis is away nothing is queued: late frames would only be wrong.
 */
export class RedisBus implements Bus {
  readonly stats = newBusStats()
  readonly #prefix: string
  readonly #maxQueued: number
  readonly #out: Redis
  readonly #in: Redis
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #gaps = new Set<() => void>()
  #queued = 0
  #wasReady = false
  #closed = false

  /** Throws what Redis says when it cannot be reached at the start; later it comes back by itself. */
  static async connect(options: RedisBusOptions): Promise<RedisBus> {
    const bus = new RedisBus(options)
    try {
      await Promise.all([bus.#out.connect(), bus.#in.connect()])
      return bus
    } catch (error) {
      await bus.close()
      throw error
    }
  }

  private constructor({ url, prefix = 'plaza:', maxQueuedBytes = 16 * 2 ** 20 }: RedisBusOptions) {
    this.#prefix = prefix
    this.#maxQueued = maxQueuedBytes
    const common = { lazyConnect: true, enableOfflineQueue: false, retryStrategy: retryMs } as const
    this.#out = new Redis(url, { ...common, enableAutoPipelining: true, maxRetriesPerRequest: 0 })
    this.#in = new Redis(url, { ...common, autoResubscribe: false })
    for (const redis of [this.#out, this.#in]) redis.on('error', () => undefined) // the next try tells
    this.#in.on('messageBuffer', (channel: Buffer, message: Buffer) =>
      this.#receive(channel, message),
    )
    this.#in.on('ready', () => void this.#ready())
  }

  publish(channel: string, message: Uint8Array): void {
    const full = this.#queued + message.length > this.#maxQueued
    if (this.#closed || this.#out.status !== 'ready' || full) {
      this.stats.dropped += 1
      if (full) this.stats.full += 1
      return
    }
    this.#queued += message.length
    const bytes = Buffer.from(message)
    this.#out
      .publish(this.#prefix + channel, bytes)
      .then(
        () => (this.stats.sent += 1),
        () => (this.stats.dropped += 1),
      )
      .finally(() => (this.#queued -= bytes.length))
  }

  async subscribe(channel: string, listener: Listener): Promise<() => void> {
    const name = this.#prefix + channel
    const listeners = this.#listeners.get(name) ?? new Set<Listener>()
    this.#listeners.set(name, listeners.add(listener))
    // While Redis is away the return of the connection subscribes.
    if (this.#in.status === 'ready') await this.#in.subscribe(name).catch(() => undefined)
    return () => {
      if (!listeners.delete(listener) || listeners.size) return
      this.#listeners.delete(name)
      if (this.#in.status === 'ready') this.#in.unsubscribe(name).catch(() => undefined)
    }
  }

  onGap(listener: () => void): () => void {
    this.#gaps.add(listener)
    return () => this.#gaps.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#listeners.clear()
    this.#out.disconnect()
    this.#in.disconnect()
  }

  #receive(channel: Buffer, message: Buffer): void {
    const listeners = this.#listeners.get(channel.toString())
    if (!listeners) return
    this.stats.received += 1
    for (const listener of listeners) listener(message)
  }

  async #ready(): Promise<void> {
    const names = [...this.#listeners.keys()]
    if (names.length) await this.#in.subscribe(...names).catch(() => undefined)
    const again = this.#wasReady
    this.#wasReady = true
    if (!again) return
    this.stats.gaps += 1
    for (const tell of this.#gaps) tell()
  }
}
