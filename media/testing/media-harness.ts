/** A media node on ports of its own with a store in memory, for tests. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pino from 'pino'
import { signPlayback, type PlaybackAct } from '../../persistence/playback-token.ts'
import { readConfig, type MediaConfig } from '../config.ts'
import { MediaNode, type MediaTuning } from '../media-node.ts'
import { findFfmpeg } from '../packager/ffmpeg.ts'
import { MemoryStreamStore } from './memory-stream-store.ts'

const run = promisify(execFile)

export interface HarnessOptions {
  config?: Partial<MediaConfig>
  tuning?: Partial<MediaTuning>
  store?: MemoryStreamStore
  /** Of a former harness, to play a restart on the same disk. */
  dataDir?: string
}

export class MediaHarness {
  readonly node: MediaNode
  readonly store: MemoryStreamStore
  readonly dataDir: string
  /** Every line that the node logged. */
  readonly logged: string[]
  readonly rtmpPort: number
  readonly mediaPort: number
  readonly #secret: string

  private constructor(
    fields: Omit<MediaHarness, 'url' | 'key' | 'address' | 'stop' | 'dispose'>,
    secret: string,
  ) {
    this.node = fields.node
    this.store = fields.store
    this.dataDir = fields.dataDir
    this.logged = fields.logged
    this.rtmpPort = fields.rtmpPort
    this.mediaPort = fields.mediaPort
    this.#secret = secret
  }

  static async start(options: HarnessOptions = {}): Promise<MediaHarness> {
    const secret = randomBytes(32).toString('hex')
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'plaza-media-test-')))
    const env = { PLAZA_SECRET_MEDIA: secret, PLAZA_DATA_DIR: dataDir, PLAZA_HOST: '127.0.0.1' }
    const config = { ...readConfig(env), rtmpPort: 0, mediaPort: 0, ...options.config }
    const store = options.store ?? new MemoryStreamStore()
    const logged: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
    const { path: ffmpeg } = await findFfmpeg()
    const node = new MediaNode({
      config,
      store,
      ffmpeg,
      log,
      ...(options.tuning && { tuning: options.tuning }),
    })
    const ports = await node.start()
    return new MediaHarness({ node, store, dataDir, logged, ...ports }, secret)
  }

  /** A key that the store knows, for a live room of its own. */
  key(live: string): string {
    const key = randomBytes(24).toString('base64url')
    this.store.addKey(key, live)
    return key
  }

  /** Where an encoder publishes. */
  address(key: string): string {
    return `rtmp://127.0.0.1:${this.rtmpPort}/live/${key}`
  }

  /** A signed playback address; `seconds` may be negative. */
  url(act: PlaybackAct, name: string, file = 'index.m3u8', seconds = 60): string {
    const exp = Math.floor(Date.now() / 1000) + seconds
    const token = signPlayback(this.#secret, { act, name, exp })
    const base = `http://127.0.0.1:${this.mediaPort}`
    return act === 'flv'
      ? `${base}/flv/${name}.flv?t=${token}`
      : `${base}/${act}/${token}/${name}/${file}`
  }

  /** Stops the node; its files stay. */
  async stop(how: 'end' | 'release' = 'end'): Promise<void> {
    await this.node.stop(how)
  }

  async dispose(): Promise<void> {
    await this.stop()
    await rm(this.dataDir, { recursive: true, force: true })
  }
}

/** Waits until `read` answers something other than undefined and false; fails after `ms`. */
export async function eventually<T>(
  what: string,
  read: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 20_000,
): Promise<T> {
  const until = performance.now() + ms
  for (;;) {
    const value = await read()
    if (value !== undefined && value !== false) return value
    if (performance.now() > until) throw new Error(`it never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** What ffprobe says about a file or address: `codec_type=codec_name` and the duration in seconds. */
export async function probe(
  url: string,
  ...options: string[]
): Promise<{ codecs: string[]; seconds: number }> {
  const entries = 'stream=codec_type,codec_name:format=duration'
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', ...options, '-show_entries', entries, '-of', 'json', url],
    { timeout: 30_000 },
  )
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_type: string; codec_name: string }[]
    format: { duration?: string }
  }
  const codecs = streams.map(({ codec_type, codec_name }) => `${codec_type}=${codec_name}`)
  return { codecs: codecs.sort(), seconds: Number(format.duration ?? NaN) }
}

/** Decodes what comes for `seconds` and answers the number of video frames and ffmpeg's complaints. */
export async function decode(
  url: string,
  seconds: number,
): Promise<{ frames: number; errors: string }> {
  const { path } = await findFfmpeg()
  const { stdout, stderr } = await run(
    path,
    ['-v', 'error', '-i', url, '-t', String(seconds), '-f', 'null', '-progress', 'pipe:1', '-'],
    { timeout: 60_000 },
  )
  const frames = [...stdout.matchAll(/^frame=(\d+)$/gm)].at(-1)?.[1]
  return { frames: Number(frames ?? 0), errors: stderr.trim() }
}
