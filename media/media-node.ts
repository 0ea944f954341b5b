/** A media node: RTMP in, HTTP-FLV and HLS out, everything that matters written to the store. */

import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { Archive } from './archive.ts'
import type { MediaConfig } from './config.ts'
import { HttpEdge } from './edge/http-edge.ts'
import { RtmpIngest } from './ingest/rtmp-ingest.ts'
import { MediaMetrics } from './metrics.ts'
import type { LiveStream } from './stream/live-stream.ts'
import { LiveStreams } from './stream/live-streams.ts'
import type { StreamStore } from './stream/stream-store.ts'

/** What has a good value for everybody; tests shorten it. */
export interface MediaTuning {
  handshakeMs: number
  idleMs: number
  verifyMs: number
  segmentSeconds: number
  drainMs: number
  skipBytes: number
  dropBytes: number
  patienceMs: number
}

export interface MediaNodeOptions {
  config: MediaConfig
  store: StreamStore
  /** Path of the binary. */
  ffmpeg: string
  log: Logger
  tuning?: Partial<MediaTuning>
}

const defaults: MediaTuning = {
  handshakeMs: 10_000,
  idleMs: 10_000,
  verifyMs: 5_000,
  segmentSeconds: 2,
  drainMs: 60_000,
  skipBytes: 1024 * 1024,
  dropBytes: 4 * 1024 * 1024,
  patienceMs: 10_000,
}
const maxMessageBytes = 4 * 1024 * 1024
const maxPending = 256
const maxPendingPerIp = 64

export class MediaNode {
  readonly #options: MediaNodeOptions
  readonly #streams: LiveStreams
  readonly #archive: Archive
  readonly #ingest: RtmpIngest
  readonly #edge: HttpEdge
  readonly metrics: MediaMetrics
  #ready = false

  constructor(options: MediaNodeOptions) {
    this.#options = options
    const { config, store, ffmpeg } = options
    const tuning = { ...defaults, ...options.tuning }
    this.#archive = new Archive({
      store,
      ffmpeg,
      root: resolve(config.dataDir, 'media'),
      keepDays: config.recordingDays,
      segmentSeconds: tuning.segmentSeconds,
      drainMs: tuning.drainMs,
      onCrash: (stream, detail, givenUp) => this.#crashed(stream, detail, givenUp),
      onError: (error) => this.#failed(error),
    })
    this.#streams = new LiveStreams({
      ...config,
      store,
      verifyMs: tuning.verifyMs,
      onOpen: (stream) => this.#opened(stream),
      onEnd: (stream, reason) => this.#ended(stream, reason),
      onError: (stream, error) => this.#failed(error, stream),
    })
    this.#ingest = new RtmpIngest({
      door: this.#streams,
      limits: { ...tuning, maxMessageBytes, maxPending, maxPendingPerIp },
      onRefused: (reason) => this.#refused(reason),
    })
    this.#edge = new HttpEdge({
      secret: config.secret,
      feed: (stream) => this.#streams.find(stream)?.feed,
      hls: (stream) => this.#archive.live(stream),
      replay: (recording) => this.#archive.replay(recording),
      ready: () => this.#ready,
      metrics: () => this.metrics.render(),
      limits: { ...tuning, maxViewers: config.maxViewers },
      onViewer: (change) => this.metrics.viewers.inc({ change }),
      onError: (error) => this.#failed(error),
    })
    this.metrics = new MediaMetrics({
      streams: () => this.#streams.all.length,
      viewers: () => this.#edge.viewers,
      kbps: () => this.#streams.kbps,
    })
  }

  /** Streams on this node, for tests and figures. */
  get streams(): LiveStreams {
    return this.#streams
  }

  /** Answers the ports. Rejects when one is taken or the store cannot be reached. */
  async start(): Promise<{ rtmpPort: number; mediaPort: number }> {
    const { config } = this.#options
    await this.#archive.start()
    await this.#streams.start()
    const mediaPort = await this.#edge.listen(config.mediaPort, config.host)
    const rtmpPort = await this.#ingest.listen(config.rtmpPort, config.host)
    this.#ready = true
    return { rtmpPort, mediaPort }
  }

  /**
   * `end`: streams are ended and their recordings closed. `release`: the store is gone; playlists
   * are closed on disk, and the node's next process takes the streams over.
   */
  async stop(how: 'end' | 'release' = 'end'): Promise<void> {
    this.#ready = false
    await Promise.all([this.#streams.close(how), this.#ingest.close()])
    await this.#edge.close()
    this.#archive.stop()
  }

  #opened(stream: LiveStream): void {
    this.#options.log.info({ stream: stream.id, live: stream.key.live }, 'stream open')
    this.#archive.open(stream)
  }

  async #ended(stream: LiveStream, reason: string): Promise<void> {
    this.metrics.streams.inc({ reason })
    this.#options.log.info({ stream: stream.id, live: stream.key.live, reason }, 'stream ended')
    const released = reason === 'released' || reason === 'fenced'
    await this.#archive.close(stream, !released)
    await stream.settled()
  }

  #refused(reason: string): void {
    this.metrics.refused.inc({ reason })
    this.#options.log.info({ reason }, 'publisher refused')
  }

  #crashed(stream: LiveStream, detail: string, givenUp: boolean): void {
    this.metrics.crashes.inc()
    this.#options.log.error({ stream: stream.id, detail, givenUp }, 'packager died')
  }

  #failed(error: unknown, stream?: LiveStream): void {
    this.metrics.errors.inc()
    this.#options.log.error({ err: error, stream: stream?.id }, 'media node failure')
  }
}
