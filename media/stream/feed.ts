/** Carries one stream's packets to everybody who takes them, as FLV, encoded once. */

import { audioInfo, videoInfo, type AudioInfo, type VideoInfo } from '../flv/codec-config.ts'
import { flvHeader, flvTag } from '../flv/flv-tag.ts'
import type { MediaPacket } from '../flv/media-packet.ts'
import { Timeline } from './timeline.ts'

/** Whole FLV tags, in order. */
export interface Chunk {
  readonly data: Buffer
  /** Decoding can start here, given the stream's opening. */
  readonly key: boolean
  /** The decoder configuration changed since the last key chunk. Only on key chunks. */
  readonly reconfigured: boolean
}

export interface FeedListener {
  chunk(chunk: Chunk): void
  /** The publisher is gone; if chunks follow, the first is a key chunk of another session. */
  interrupted(): void
  ended(): void
}

export interface Tracks {
  readonly video?: VideoInfo
  readonly audio?: AudioInfo
}

/** Packets are gathered this long, so that a viewer costs one write per gathering, not per packet. */
const gatherMs = 30
const gatherBytes = 64 * 1024
/** A publisher that has sent no video for this long after its first sound has none. */
const soundOnlyAfterMs = 1500
/** A longer group of pictures is not kept; newcomers then wait for the next keyframe. */
const maxCacheBytes = 8 * 1024 * 1024

/**
 * The fan-out of a stream. Nothing is passed on before the first keyframe (first sound, if there is
 * no video). Packets' bodies are copied, listeners share the copies and must not change them.
 */
export class Feed {
  readonly #timeline = new Timeline()
  readonly #listeners = new Set<FeedListener>()
  #tracks: { video?: VideoInfo; audio?: AudioInfo } = {}
  #configs: { video?: Buffer; audio?: Buffer } = {}
  #cache: Chunk[] = []
  #cacheBytes = 0
  #pending: Buffer[] = []
  #pendingBytes = 0
  #pendingKey = false
  #reconfigured = false
  #started = false
  #everStarted = false
  /** The configuration changed while nothing was passed on. */
  #unsent = false
  #soundSince: number | undefined
  #timer: NodeJS.Timeout | undefined

  get tracks(): Tracks {
    return this.#tracks
  }

  /** Whether anything was passed on since the last (re)start. */
  get started(): boolean {
    return this.#started
  }

  /** What a new listener needs before its first chunk: FLV header and decoder configurations. */
  opening(): Buffer {
    const { video, audio } = this.#tracks
    return Buffer.concat([flvHeader({ video: !!video, audio: !!audio }), this.configs()])
  }

  /** The decoder configurations as tags: to be repeated where chunks were left out. */
  configs(): Buffer {
    const time = this.#timeline.end
    const tag = (kind: 'audio' | 'video') => {
      const body = this.#configs[kind]
      return body ? [flvTag({ kind, body }, time)] : []
    }
    return Buffer.concat([...tag('video'), ...tag('audio')])
  }

  /** The chunks since the last keyframe, the first of them a key chunk; empty when there is none. */
  recent(): readonly Chunk[] {
    this.#flush()
    return this.#cache
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes a packet and answers its place on the stream's timeline in ms. */
  push(packet: MediaPacket): number {
    const at = this.#timeline.place(packet.kind, packet.time)
    if (packet.role === 'config') this.#configure(packet, at)
    else if (this.#knows(packet)) {
      if (this.#opens(packet, at)) this.#open()
      if (this.#started) this.#gather(flvTag(packet, at))
    }
    return at
  }

  /** The publisher is gone. What was gathered is passed on; the cache is emptied. */
  interrupt(): void {
    this.#flush()
    this.#started = false
    this.#soundSince = undefined
    this.#forget()
    this.#timeline.restart()
    for (const listener of this.#listeners) listener.interrupted()
  }

  end(): void {
    this.#flush()
    this.#started = false
    for (const listener of this.#listeners) listener.ended()
    this.#listeners.clear()
  }

  #configure(packet: MediaPacket, at: number): void {
    // Encoders repeat their configuration with every keyframe; only a change means something.
    if (this.#configs[packet.kind]?.equals(packet.body)) return
    if (this.#started) this.#flush()
    this.#configs[packet.kind] = Buffer.from(packet.body)
    if (packet.kind === 'video') this.#tracks.video = videoInfo(packet)
    else this.#tracks.audio = audioInfo(packet)
    this.#reconfigured = true
    // What is cached was coded under the former configuration.
    this.#forget()
    if (this.#started) this.#gather(flvTag(packet, at))
    else this.#unsent = this.#everStarted
  }

  /** Whether the packet's track is announced. MP3 has no configuration: its first frame announces it. */
  #knows(packet: MediaPacket): boolean {
    if (this.#tracks[packet.kind]?.codec === packet.codec) return true
    if (packet.codec !== 'mp3') return false
    delete this.#configs.audio
    this.#tracks.audio = audioInfo(packet)
    this.#reconfigured = true
    return true
  }

  #opens(packet: MediaPacket, at: number): boolean {
    if (packet.kind === 'video') return packet.role === 'key'
    if (this.#tracks.video) return false
    this.#soundSince ??= at
    return this.#pendingBytes === 0 && at - this.#soundSince >= soundOnlyAfterMs
  }

  /** The next packet begins a key chunk. */
  #open(): void {
    this.#flush()
    this.#pendingKey = true
    if (this.#unsent) this.#gather(this.configs())
    this.#unsent = false
    this.#started = true
    this.#everStarted = true
  }

  #gather(tag: Buffer): void {
    this.#pending.push(tag)
    this.#pendingBytes += tag.length
    if (this.#pendingBytes >= gatherBytes) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), gatherMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pendingBytes === 0) return
    const key = this.#pendingKey
    const data = Buffer.concat(this.#pending, this.#pendingBytes)
    const chunk = { data, key, reconfigured: key && this.#reconfigured }
    if (key) this.#reconfigured = false
    this.#pending = []
    this.#pendingBytes = 0
    this.#pendingKey = false
    this.#remember(chunk)
    for (const listener of this.#listeners) listener.chunk(chunk)
  }

  #remember(chunk: Chunk): void {
    if (chunk.key) this.#forget()
    else if (this.#cache.length === 0) return
    this.#cache.push(chunk)
    this.#cacheBytes += chunk.data.length
    if (this.#cacheBytes > maxCacheBytes) this.#forget()
  }

  #forget(): void {
    this.#cache = []
    this.#cacheBytes = 0
  }
}
