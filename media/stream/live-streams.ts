/** All streams on this node: who may publish, which stream is found under an id, what must stop. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Door, Publisher, Source } from '../ingest/door.ts'
import { LiveStream } from './live-stream.ts'
import type { Rates } from './meter.ts'
import type { StreamKey, StreamStore } from './stream-store.ts'

export interface LiveStreamsOptions {
  store: StreamStore
  graceMs: number
  maxStreams: number
  /** Bound on a publisher's average over ten seconds. */
  maxKbps: number
  /** How long the database may take to know a key. */
  verifyMs: number
  onOpen(stream: LiveStream): void
  /** Its rows are closed when the returned promise is; until then `close` waits. */
  onEnd(stream: LiveStream, reason: string): Promise<void>
  onError(stream: LiveStream | undefined, error: unknown): void
}

const healthEveryMs = 2000
const stopPollMs = 1000
/** Health reports over which the bitrate is averaged before it is judged. */
const judgedReports = 5

export class LiveStreams implements Door {
  readonly #options: LiveStreamsOptions
  readonly #byLive = new Map<string, LiveStream>()
  readonly #ending = new Set<Promise<void>>()
  /** When the row of a live's former stream is closed. */
  readonly #former = new Map<string, Promise<void>>()
  readonly #reports = new WeakMap<LiveStream, number[]>()
  #timers: NodeJS.Timeout[] = []
  #polling = false
  #closed = false

  constructor(options: LiveStreamsOptions) {
    this.#options = options
  }

  get all(): readonly LiveStream[] {
    return [...this.#byLive.values()]
  }

  /** Taken in by all streams at the last report, kbit/s. */
  get kbps(): number {
    return this.all.reduce((sum, stream) => sum + (this.#reports.get(stream)?.at(-1) ?? 0), 0)
  }

  find(id: string): LiveStream | undefined {
    return this.all.find((stream) => stream.id === id)
  }

  /** Takes over what a former process of this node left open, and starts watching. */
  async start(): Promise<void> {
    for (const { stream, live, keyId } of await this.#options.store.leftovers()) {
      this.#byLive.set(live, LiveStream.adopt(this.#streamOptions({ live, keyId }), stream))
    }
    this.#timers = [
      setInterval(() => this.#reportHealth(), healthEveryMs),
      setInterval(() => void this.#pollStops(), stopPollMs),
    ]
  }

  /**
   * Admits the publisher of a live room that has none. A stream waiting for its publisher goes on
   * under its id if the key is the same.
   * @throws RoomError `publish.key`, `publish.busy`, `publish.full`, `publish.unavailable`
   */
  async admit(plainKey: string, publisher: Publisher): Promise<Source> {
    const key = await this.#verify(plainKey)
    const former = this.#byLive.get(key.live)
    if (former && former.key.keyId !== key.keyId) former.end('key.rotated')
    const waiting = this.#byLive.get(key.live)
    if (waiting?.busy) {
      throw new RoomError(
        'publish.busy',
        'This live is being streamed already; end that one first.',
      )
    }
    if (this.#closed) throw unavailable()
    const stream = waiting ?? this.#create(key)
    return stream.attach(publisher)
  }

  /**
   * Ends all streams for good, or lets go of them: then their rows stay open, for this node's next
   * process to take over. Waits until everything is written.
   */
  async close(how: 'end' | 'release'): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearInterval(timer)
    for (const stream of this.all) {
      if (how === 'end') stream.end('shutdown')
      else stream.release()
    }
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  async #verify(plainKey: string): Promise<StreamKey> {
    const { store, verifyMs, onError } = this.#options
    const verdict = await within(verifyMs, store.verifyKey(plainKey)).catch((error: unknown) => {
      onError(undefined, error)
      // Fails closed: a key that cannot be looked up admits nobody.
      throw unavailable()
    })
    if (verdict) return verdict
    throw new RoomError(
      'publish.key',
      'The stream key is not valid; copy it again from the studio.',
    )
  }

  #create(key: StreamKey): LiveStream {
    if (this.#byLive.size >= this.#options.maxStreams) {
      throw new RoomError('publish.full', 'This server takes no more streams now; try again later.')
    }
    const stream = new LiveStream(this.#streamOptions(key))
    this.#byLive.set(key.live, stream)
    return stream
  }

  #streamOptions(key: StreamKey) {
    const { store, graceMs, onOpen, onError } = this.#options
    const onEnd = (stream: LiveStream, reason: string) => this.#ended(stream, reason)
    const after = this.#former.get(key.live)
    return { store, key, graceMs, after, onOpen, onEnd, onError }
  }

  #ended(stream: LiveStream, reason: string): void {
    const { live } = stream.key
    this.#byLive.delete(live)
    const closed = stream.settled().finally(() => {
      if (this.#former.get(live) === closed) this.#former.delete(live)
    })
    this.#former.set(live, closed)
    const written = this.#options
      .onEnd(stream, reason)
      .catch((error: unknown) => this.#options.onError(stream, error))
      .finally(() => this.#ending.delete(written))
    this.#ending.add(written)
  }

  #reportHealth(): void {
    const now = performance.now()
    for (const stream of this.all) {
      const rates = stream.reportHealth(now)
      if (this.#tooMuch(stream, rates)) stream.end('bitrate')
    }
  }

  #tooMuch(stream: LiveStream, { kbps }: Rates): boolean {
    const reports = [...(this.#reports.get(stream) ?? []), kbps].slice(-judgedReports)
    this.#reports.set(stream, reports)
    const average = reports.reduce((sum, report) => sum + report, 0) / judgedReports
    return reports.length === judgedReports && average > this.#options.maxKbps
  }

  async #pollStops(): Promise<void> {
    const ids = this.all.flatMap(({ id }) => id ?? [])
    if (this.#polling || ids.length === 0) return
    this.#polling = true
    try {
      for (const { stream, reason } of await this.#options.store.stopRequests(ids)) {
        this.find(stream)?.end(reason)
      }
    } catch (error) {
      this.#options.onError(undefined, error)
    } finally {
      this.#polling = false
    }
  }
}

function unavailable(): RoomError {
  return new RoomError('publish.unavailable', 'The server cannot take streams now; try again.', {
    retry: 'retry',
  })
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
