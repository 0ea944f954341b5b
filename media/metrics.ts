/** Figures of a media node for Prometheus. No label names a stream or a person. */

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

export interface MediaGauges {
  streams(): number
  viewers(): number
  kbps(): number
}

export class MediaMetrics {
  readonly registry = new Registry()
  readonly viewers = this.#counter('viewers_total', 'HTTP-FLV viewers by what became of them', [
    'change',
  ])
  readonly refused = this.#counter('publish_refused_total', 'Connections not admitted', ['reason'])
  readonly streams = this.#counter('streams_total', 'Streams that ended, by reason', ['reason'])
  readonly crashes = this.#counter('packager_crashes_total', 'Deaths of ffmpeg', [])
  readonly errors = this.#counter('errors_total', 'Failures reported in the log', [])

  constructor(now: MediaGauges) {
    collectDefaultMetrics({ register: this.registry })
    this.#gauge('streams', 'Streams live or waiting for their publisher', now.streams)
    this.#gauge('viewers', 'HTTP-FLV viewers', now.viewers)
    this.#gauge('ingest_kbps', 'Media taken in, kbit/s', now.kbps)
  }

  async render(): Promise<{ type: string; text: string }> {
    return { type: this.registry.contentType, text: await this.registry.metrics() }
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({
      name: `plaza_media_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    })
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `plaza_media_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read())
      },
    })
  }
}
