/** One ffmpeg process that cuts FLV from its standard input into HLS segments, without coding. */

import { spawn, type ChildProcess } from 'node:child_process'
import type { Writable } from 'node:stream'
import { join } from 'node:path'
import { runFiles } from './playlist.ts'

export interface PackagingRunOptions {
  ffmpeg: string
  folder: string
  /** Number of the run within its stream; names its files. */
  run: number
  segmentSeconds: number
}

/** ffmpeg only copies, so this much unread input means that it or the disk hangs. */
const maxBacklogBytes = 32 * 1024 * 1024
const finishMs = 5000
const maxErrorText = 2000

/**
 * The end of the input ends the process, so it cannot outlive this one, not even a `kill -9`.
 * It is in a process group of its own: Ctrl-C in a terminal must not reach it before us.
 */
export class PackagingRun {
  readonly run: number
  /** Resolves when the process is gone and its playlist complete; true if it ended by our wish. */
  readonly closed: Promise<boolean>
  readonly #child: ChildProcess
  readonly #stdin: Writable
  #finishing = false
  #errors = ''

  constructor(options: PackagingRunOptions) {
    this.run = options.run
    this.#child = spawn(options.ffmpeg, commandLine(options), {
      stdio: ['pipe', 'ignore', 'pipe'],
      // No secrets of ours for a process that parses what strangers send.
      env: { PATH: process.env.PATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH },
      detached: true,
    })
    this.#stdin = this.#child.stdin!
    // EPIPE of a dead process; its exit is what counts.
    this.#stdin.on('error', () => {})
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-maxErrorText)
    })
    this.closed = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#errors += error.message
        resolve(false)
      })
      this.#child.once('close', () => resolve(this.#finishing))
    })
  }

  /** The last that ffmpeg said. */
  get errors(): string {
    return this.#errors.trim()
  }

  write(data: Buffer): void {
    if (this.#finishing || !this.#stdin.writable) return
    if (this.#stdin.writableLength > maxBacklogBytes) this.#child.kill('SIGKILL')
    else this.#stdin.write(data)
  }

  /** Ends the input and waits for the last segment; a process that does not end is ended. */
  async finish(): Promise<void> {
    if (!this.#finishing) {
      this.#finishing = true
      this.#stdin.end()
    }
    const timers = [
      setTimeout(() => this.#child.kill('SIGTERM'), finishMs),
      setTimeout(() => this.#child.kill('SIGKILL'), 2 * finishMs),
    ]
    await this.closed
    timers.forEach(clearTimeout)
  }
}

function commandLine({ run, folder, segmentSeconds }: PackagingRunOptions): string[] {
  const files = runFiles(run)
  return [
    ['-hide_banner', '-loglevel', 'warning', '-nostats'],
    ['-f', 'flv', '-protocol_whitelist', 'pipe', '-analyzeduration', '100000', '-i', 'pipe:0'],
    ['-map', '0:v?', '-map', '0:a?', '-c', 'copy'],
    ['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_list_size', '0'],
    ['-hls_segment_type', 'fmp4', '-hls_playlist_type', 'event'],
    ['-hls_flags', 'independent_segments+program_date_time+temp_file'],
    ['-hls_fmp4_init_filename', files.init],
    ['-hls_segment_filename', join(folder, files.segments), join(folder, files.playlist)],
  ].flat()
}
