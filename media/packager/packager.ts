/** Turns one stream into HLS: a run of ffmpeg per publisher session, one event playlist over all. */

import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chunk, Feed, FeedListener } from '../stream/feed.ts'
import { PackagingRun } from './packaging-run.ts'
import { masterPlaylist, mediaPlaylist, totalSeconds, type Run, type Variant } from './playlist.ts'
import { RunLog } from './run-log.ts'

export interface PackagerOptions {
  feed: Feed
  /** Made if need be; what a former process left there is continued. */
  folder: string
  ffmpeg: string
  segmentSeconds: number
  /** ffmpeg died, or ran in vain; with `givenUp` it is not started again before the next publisher session. */
  onCrash(detail: string, givenUp: boolean): void
}

/** Both playlists at one moment; the same object is answered while nothing changes. */
export interface Playlists {
  readonly master: string
  readonly media: string
}

export interface Packaged {
  /** Play time in ms. */
  readonly millis: number
  /** All segments together. */
  readonly bytes: number
}

const maxCrashes = 5
/** How long a reading of the folder is taken as current, ms. */
const freshMs = 200
/** Segments of a run from which its bandwidth is estimated. */
const sampledSegments = 5
const packable: ReadonlySet<string> = new Set(['h264', 'aac', 'mp3'])

export class Packager implements FeedListener {
  readonly folder: string
  readonly #options: PackagerOptions
  readonly #log: RunLog
  readonly #closing = new Set<Promise<void>>()
  #run: PackagingRun | undefined
  #runSince = 0
  #crashes = 0
  #reading: { at: number; playlists: Promise<Playlists | undefined> } | undefined
  #current: { runs: readonly Run[]; playlists: Playlists } | undefined
  #master: { init: string; text: string } | undefined

  private constructor(options: PackagerOptions, log: RunLog) {
    this.folder = options.folder
    this.#options = options
    this.#log = log
    for (const chunk of options.feed.recent()) this.chunk(chunk)
    options.feed.listen(this)
  }

  static async open(options: PackagerOptions): Promise<Packager> {
    await mkdir(options.folder, { recursive: true })
    return new Packager(options, await RunLog.open(options.folder))
  }

  chunk(chunk: Chunk): void {
    if (chunk.key && (chunk.reconfigured || !this.#run)) {
      // A process for each keyframe would be as bad as one that keeps dying.
      const inVain = performance.now() - this.#runSince < this.#options.segmentSeconds * 1000
      if (this.#run && inVain) this.#crashed('the configuration changed within a segment')
      this.#endRun()
      this.#beginRun()
    }
    this.#run?.write(chunk.data)
  }

  interrupted(): void {
    this.#endRun()
    this.#crashes = 0
  }

  ended(): void {
    this.#endRun()
  }

  /** What players get now; undefined before the first segment is complete. */
  playlists(): Promise<Playlists | undefined> {
    const now = performance.now()
    if (!this.#reading || now - this.#reading.at >= freshMs) {
      this.#reading = { at: now, playlists: this.#read() }
    }
    return this.#reading.playlists
  }

  /**
   * Waits for ffmpeg and leaves the replay in the folder: `index.m3u8` and a closed `media.m3u8`.
   * Call it after the feed has ended. Undefined when nothing was packaged.
   */
  async finish(): Promise<Packaged | undefined> {
    this.#endRun()
    await Promise.all(this.#closing)
    const playlists = await this.#read()
    if (!this.#current || !playlists) return undefined
    const { runs } = this.#current
    await this.#put('media.m3u8', mediaPlaylist(runs, true))
    await this.#put('index.m3u8', playlists.master)
    return { millis: Math.round(totalSeconds(runs) * 1000), bytes: await this.#bytes(runs) }
  }

  #beginRun(): void {
    const { feed, ffmpeg, folder, segmentSeconds } = this.#options
    const { video, audio } = feed.tracks
    const codecs = [video?.codec, audio?.codec].flatMap((codec) => codec ?? [])
    if (this.#crashes >= maxCrashes || !codecs.every((codec) => packable.has(codec))) return
    const { run, closed } = this.#log.begin()
    const process = new PackagingRun({ ffmpeg, folder, run, segmentSeconds })
    this.#run = process
    this.#runSince = performance.now()
    process.write(feed.opening())
    void process.closed.then((wanted) => {
      closed()
      if (wanted) return
      if (this.#run === process) this.#run = undefined
      this.#crashed(process.errors)
    })
  }

  #crashed(detail: string): void {
    this.#crashes++
    this.#options.onCrash(detail, this.#crashes >= maxCrashes)
  }

  #endRun(): void {
    if (!this.#run) return
    const closing = this.#run.finish().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    this.#run = undefined
  }

  async #read(): Promise<Playlists | undefined> {
    const runs = await this.#log.read()
    const newest = runs.at(-1)
    if (!newest) return undefined
    const former = this.#current
    const same =
      former?.runs.length === runs.length && runs.every((run, i) => run === former.runs[i])
    if (former && same) return former.playlists
    const playlists = {
      master: await this.#masterOf(newest),
      media: mediaPlaylist(runs, false),
    }
    this.#current = { runs, playlists }
    return playlists
  }

  /** Made once a run, and kept on disk: after a restart the codecs are known from there alone. */
  async #masterOf(newest: Run): Promise<string> {
    if (this.#master?.init === newest.init) return this.#master.text
    const { video, audio } = this.#options.feed.tracks
    const known = video?.rfc6381 ?? audio?.rfc6381
    const kept = known ? undefined : await this.#kept('index.m3u8')
    const text = kept ?? masterPlaylist(await this.#variant(newest))
    this.#master = { init: newest.init, text }
    if (text !== kept) await this.#put('index.m3u8', text)
    return text
  }

  async #variant(run: Run): Promise<Variant> {
    const { video, audio } = this.#options.feed.tracks
    const sampled = run.segments.slice(0, sampledSegments)
    const rates = await Promise.all(
      sampled.map(
        async ({ uri, seconds }) => ((await this.#size(uri)) * 8) / Math.max(seconds, 0.5),
      ),
    )
    const size = video?.width && video.height ? { width: video.width, height: video.height } : {}
    const codecs = [video?.rfc6381, audio?.rfc6381].flatMap((codec) => codec ?? [])
    return { bandwidth: Math.max(...rates, 1), codecs, ...size }
  }

  async #bytes(runs: readonly Run[]): Promise<number> {
    let bytes = 0
    for (const { init, segments } of runs) {
      for (const name of [init, ...segments.map(({ uri }) => uri)]) bytes += await this.#size(name)
    }
    return bytes
  }

  #size(name: string): Promise<number> {
    return stat(join(this.folder, name)).then(
      ({ size }) => size,
      () => 0,
    )
  }

  #kept(name: string): Promise<string | undefined> {
    return readFile(join(this.folder, name), 'utf8').catch(() => undefined)
  }

  /** Readers see the old file or the new one, never a part. */
  async #put(name: string, text: string): Promise<void> {
    const file = join(this.folder, name)
    await writeFile(`${file}.tmp`, text)
    await rename(`${file}.tmp`, file)
  }
}
