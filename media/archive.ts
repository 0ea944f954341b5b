/** The HLS side of a node's streams: packagers while they run, folders of what was recorded. */

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HlsSource } from './edge/hls-files.ts'
import { Packager, type Packaged } from './packager/packager.ts'
import type { LiveStream } from './stream/live-stream.ts'
import { Feed } from './stream/feed.ts'
import type { StreamKey, StreamStore } from './stream/stream-store.ts'

export interface ArchiveOptions {
  store: StreamStore
  /** Holds a folder for each stream. */
  root: string
  ffmpeg: string
  /** 0: nothing is kept. */
  keepDays: number
  segmentSeconds: number
  /** How long HLS viewers, who are behind, can still fetch a stream that has ended. */
  drainMs: number
  onCrash(stream: LiveStream, detail: string, givenUp: boolean): void
  onError(error: unknown): void
}

const sweepEveryMs = 3_600_000
const dayMs = 86_400_000
const maxKnown = 1000
/** Says in a stream's folder that its recording was written down. */
const recordedMark = 'recorded'
const safeName = /^[\w-]{1,64}$/

export class Archive {
  readonly #options: ArchiveOptions
  readonly #packagers = new Map<string, Promise<Packager>>()
  readonly #draining = new Map<string, HlsSource>()
  readonly #known = new Map<string, string>()
  #sweeper: NodeJS.Timeout | undefined

  constructor(options: ArchiveOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    await mkdir(this.#options.root, { recursive: true })
    this.#sweeper = setInterval(() => void this.sweep(), sweepEveryMs)
    this.#sweeper.unref()
    await this.sweep()
    await this.#recover().catch(this.#options.onError)
  }

  stop(): void {
    clearInterval(this.#sweeper)
  }

  /** Starts packaging a stream that has its id. */
  open(stream: LiveStream): void {
    const { ffmpeg, segmentSeconds, onCrash, onError } = this.#options
    const packager = Packager.open({
      feed: stream.feed,
      folder: this.#folder(stream.id!),
      ffmpeg,
      segmentSeconds,
      onCrash: (detail, givenUp) => onCrash(stream, detail, givenUp),
    })
    packager.catch(onError)
    this.#packagers.set(stream.id!, packager)
  }

  /** Closes the playlists of a stream that has ended; as a recording, if recordings are kept. */
  async close(stream: LiveStream, record: boolean): Promise<void> {
    const id = stream.id
    const opened = id === undefined ? undefined : this.#packagers.get(id)
    if (id === undefined || !opened) return
    const packaged = await (await opened).finish()
    const folder = this.#folder(id)
    if (packaged) this.#drain(id, { folder })
    this.#packagers.delete(id)
    const kept = record && packaged && this.#options.keepDays > 0
    if (kept) await stream.settled(() => this.#record(stream.key, id, packaged))
    // What was let go of belongs to the next process; what nobody keeps goes with its last viewers.
    else if (record) setTimeout(() => void this.#remove(id), this.#options.drainMs).unref()
  }

  /** What HLS viewers of a stream get: live, or just ended. */
  live(stream: string): HlsSource | undefined {
    const packager = this.#packagers.get(stream)
    if (!packager) return this.#draining.get(stream)
    const playlists = async () => (await packager).playlists()
    return { folder: this.#folder(stream), playlists }
  }

  async replay(recording: string): Promise<HlsSource | undefined> {
    const path = this.#known.get(recording) ?? (await this.#options.store.recordingPath(recording))
    if (path === undefined || !safeName.test(path)) return undefined
    if (this.#known.size >= maxKnown) this.#known.clear()
    this.#known.set(recording, path)
    return { folder: this.#folder(path) }
  }

  /** Deletes recordings that are older than they shall be kept. Nothing else is ever deleted. */
  async sweep(): Promise<void> {
    const { store, keepDays, onError } = this.#options
    if (keepDays === 0) return
    try {
      const before = new Date(Date.now() - keepDays * dayMs)
      for (const path of await store.expireRecordings(before)) await this.#remove(path)
      this.#known.clear()
    } catch (error) {
      onError(error)
    }
  }

  /**
   * Recordings that a former process could not write down: it was killed, or its database was gone,
   * and others ended the stream meanwhile. What was written down once is left alone for good, so that
   * a recording that somebody deleted does not come back.
   */
  async #recover(): Promise<void> {
    const { store, keepDays, ffmpeg, segmentSeconds, onError } = this.#options
    if (keepDays === 0) return
    for (const { stream, live, keyId } of await store.unrecorded()) {
      const folder = this.#folder(stream)
      const files = await readdir(folder).catch((): string[] => [])
      if (files.length === 0 || files.includes(recordedMark)) continue
      const packager = await Packager.open({
        feed: new Feed(),
        folder,
        ffmpeg,
        segmentSeconds,
        onCrash: onError,
      })
      const packaged = await packager.finish()
      if (packaged) await this.#record({ live, keyId }, stream, packaged)
    }
  }

  async #record(key: StreamKey, stream: string, packaged: Packaged): Promise<void> {
    await this.#options.store.addRecording(key, stream, { ...packaged, path: stream })
    await writeFile(join(this.#folder(stream), recordedMark), '')
  }

  #drain(id: string, source: HlsSource): void {
    this.#draining.set(id, source)
    setTimeout(() => this.#draining.delete(id), this.#options.drainMs).unref()
  }

  async #remove(path: string): Promise<void> {
    if (safeName.test(path)) await rm(this.#folder(path), { recursive: true, force: true })
  }

  #folder(name: string): string {
    return join(this.#options.root, name)
  }
}
