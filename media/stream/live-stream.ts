/** One stream of a live room on this node, from its first keyframe to its end. */

import type { Publisher, Source } from '../ingest/door.ts'
import type { MediaPacket } from '../flv/media-packet.ts'
import { Feed } from './feed.ts'
import { Meter, type Rates } from './meter.ts'
import type { StreamHealth, StreamKey, StreamStore, StreamVideo, Written } from './stream-store.ts'
import { WriteQueue } from './write-queue.ts'

/**
 * `starting`: a publisher is admitted, nothing decodable came yet; no row exists.
 * `interrupted`: the publisher is gone and may come back until the grace is over.
 */
export type StreamState = 'starting' | 'live' | 'interrupted' | 'ended'

export interface LiveStreamOptions {
  store: StreamStore
  key: StreamKey
  /** How long a lost publisher may stay away, ms. */
  graceMs: number
  /** The row is not opened before this: the live's former stream has to be closed first. */
  after?: Promise<void> | undefined
  /** Called once, when the stream has its id and viewers may come. */
  onOpen(stream: LiveStream): void
  /** Called once, when it has ended or never began. Its row is closed once `settled` resolves. */
  onEnd(stream: LiveStream, reason: string): void
  onError(stream: LiveStream, error: unknown): void
}

export class LiveStream {
  readonly key: StreamKey
  readonly feed = new Feed()
  readonly meter = new Meter(performance.now())
  readonly #options: LiveStreamOptions
  readonly #writes: WriteQueue
  #id: string | undefined
  #state: StreamState = 'starting'
  #publisher: Publisher | undefined
  #announcedFps: number | undefined
  #graceEnds = 0
  #grace: NodeJS.Timeout | undefined
  #healthUnderWay = false

  constructor(options: LiveStreamOptions) {
    this.#options = options
    this.key = options.key
    this.#writes = new WriteQueue((error) => options.onError(this, error))
  }

  /** A stream that a former process of this node left open; it waits for its publisher. */
  static adopt(options: LiveStreamOptions, id: string): LiveStream {
    const stream = new LiveStream(options)
    stream.#id = id
    stream.#interrupted()
    options.onOpen(stream)
    return stream
  }

  /** Opaque and public; undefined until the row exists. */
  get id(): string | undefined {
    return this.#id
  }

  get state(): StreamState {
    return this.#state
  }

  get busy(): boolean {
    return this.#publisher !== undefined
  }

  /**
   * Makes `publisher` the only one that is heard. Whatever an earlier one still sends is ignored:
   * each packet is checked against the publisher of the moment.
   */
  attach(publisher: Publisher): Source {
    if (this.#state === 'ended' || this.#publisher) throw new Error('the stream takes no publisher')
    this.#publisher = publisher
    clearTimeout(this.#grace)
    const heard = () => this.#publisher === publisher
    return {
      packet: (packet) => heard() && this.#take(packet),
      announce: (fps) => heard() && (this.#announcedFps = fps),
      closed: () => heard() && this.#lost(),
    }
  }

  /** Ends the stream at once, disconnecting its publisher. */
  end(reason: string): void {
    this.#stop(reason, { closeRow: this.#state !== 'starting' })
  }

  /** Lets go of the stream without a word in its row. */
  release(): void {
    this.#stop('released')
  }

  /** When everything about the stream is written down, what `last` writes included. */
  settled(last?: (id: string) => Promise<unknown>): Promise<void> {
    if (last) this.#write(async (id) => (await last(id), 'ok'))
    return this.#writes.idle()
  }

  /**
   * Writes the health down, unless the last writing still goes on; answers the rates. Also while the
   * publisher is away: it is the sign by which others know that this node lives.
   */
  reportHealth(now: number): Rates {
    const rates = this.meter.take(now)
    const id = this.#id
    if (id === undefined || this.#state === 'ended' || this.#healthUnderWay) return rates
    this.#healthUnderWay = true
    this.#options.store
      .health(id, this.#health(rates))
      .then((written) => written === 'fenced' && this.#stop('fenced'))
      .catch((error: unknown) => this.#options.onError(this, error))
      .finally(() => (this.#healthUnderWay = false))
    return rates
  }

  #take(packet: MediaPacket): void {
    this.meter.count(packet, this.feed.push(packet))
    if (!this.feed.started || this.#state === 'live') return
    if (this.#state === 'starting') this.#begin()
    else this.#write((id) => this.#options.store.resume(id))
    this.#state = 'live'
  }

  #begin(): void {
    const { store, key, after, onOpen, onError } = this.#options
    this.#writes.add(async () => {
      await after
      try {
        this.#id = await store.start(key, this.#video())
      } catch (error) {
        // The encoder comes back by itself; retrying under its open connection would hide the fault.
        onError(this, error)
        this.#stop('unavailable')
        return
      }
      if (this.#state !== 'ended') onOpen(this)
    })
  }

  #lost(): void {
    this.#publisher = undefined
    this.feed.interrupt()
    if (this.#state === 'starting') {
      this.#stop('lost')
    } else if (this.#state === 'live') {
      this.#interrupted()
      this.#write((id) => this.#options.store.interrupt(id))
    } else {
      this.#awaitPublisher()
    }
  }

  #interrupted(): void {
    this.#state = 'interrupted'
    this.#graceEnds = performance.now() + this.#options.graceMs
    this.#awaitPublisher()
  }

  /** Coming back without sending anything does not prolong the grace. */
  #awaitPublisher(): void {
    clearTimeout(this.#grace)
    const left = Math.max(this.#graceEnds - performance.now(), 0)
    this.#grace = setTimeout(() => this.end('lost'), left)
  }

  #stop(reason: string, { closeRow = false } = {}): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    if (closeRow) this.#write((id) => this.#options.store.end(id, reason))
    clearTimeout(this.#grace)
    const publisher = this.#publisher
    this.#publisher = undefined
    publisher?.close(closing[reason] ?? 'The stream was ended.')
    this.feed.end()
    this.#options.onEnd(this, reason)
  }

  #write(op: (id: string) => Promise<Written>): void {
    this.#writes.add(async () => {
      // Without an id the start failed, and there is nothing to write about.
      if (this.#id === undefined) return
      if ((await op(this.#id)) === 'fenced') this.#stop('fenced')
    })
  }

  #health(rates: Rates): StreamHealth {
    const video = this.#video(rates.fps)
    const { audio } = this.feed.tracks
    return { ...rates, ...(video && { video }), ...(audio && { audioCodec: audio.codec }) }
  }

  #video(fps = this.#announcedFps): StreamVideo | undefined {
    const { video } = this.feed.tracks
    if (!video) return undefined
    const { codec, width, height } = video
    const size = width !== undefined && height !== undefined ? { width, height } : {}
    return { codec, ...size, ...(fps !== undefined && { fps }) }
  }
}

const closing: Readonly<Record<string, string>> = {
  bitrate: 'The bitrate is above what this server takes; lower it and start again.',
  shutdown: 'The server restarts; connect again.',
  released: 'The server restarts; connect again.',
  unavailable: 'The server cannot take the stream now; connect again.',
}
