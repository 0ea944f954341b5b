/** Measures what a publisher really sends: bitrate, frame rate, distance of keyframes. */

import type { MediaPacket } from '../flv/media-packet.ts'

export interface Rates {
  /** kbit/s of audio and video together. */
  readonly kbps: number
  readonly fps: number
  /** Seconds between the last two keyframes; absent before there were two. */
  readonly keyframeSeconds?: number
}

export class Meter {
  /** Bytes of media since the start. */
  bytes = 0
  #frames = 0
  #keyAt: number | undefined
  #keyframeMs: number | undefined
  #since: number
  #sinceBytes = 0
  #sinceFrames = 0

  /** @param now monotonic clock, ms */
  constructor(now: number) {
    this.#since = now
  }

  /** @param at the packet's place on the stream's timeline, ms */
  count(packet: MediaPacket, at: number): void {
    this.bytes += packet.body.length
    if (packet.kind !== 'video' || packet.role === 'config') return
    this.#frames++
    if (packet.role !== 'key') return
    if (this.#keyAt !== undefined) this.#keyframeMs = at - this.#keyAt
    this.#keyAt = at
  }

  /** Rates since the last call. */
  take(now: number): Rates {
    const seconds = Math.max(now - this.#since, 1) / 1000
    const rates = {
      kbps: Math.round(((this.bytes - this.#sinceBytes) * 8) / 1000 / seconds),
      fps: Math.round(((this.#frames - this.#sinceFrames) / seconds) * 10) / 10,
      ...(this.#keyframeMs !== undefined && { keyframeSeconds: this.#keyframeMs / 1000 }),
    }
    this.#since = now
    this.#sinceBytes = this.bytes
    this.#sinceFrames = this.#frames
    return rates
  }
}
