/** The media node as a child process: started with the server, started again when it dies. */

import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { RoomError } from '../engine/kernel/room-error.ts'
import type { Database } from '../persistence/database.ts'
import type { Logger } from './logger.ts'

/** Wait before a restart, ms: doubled with every death in a row, back to the first after a quiet minute. */
const firstWaitMs = 500
const longestWaitMs = 30_000
const quietMs = 60_000

export interface MediaChildOptions {
  readonly database: Database
  /** All that the media node is configured with. */
  readonly env: Readonly<Record<string, string>>
  readonly log: Logger
}

/**
 * The child ends by itself when this process is gone, because its channel closes. A child that dies
 * takes no room with it: its streams are interrupted and go on with the next one.
 */
export class MediaChild {
  readonly #options: MediaChildOptions
  readonly #ready = Promise.withResolvers<void>()
  #child: ChildProcess | undefined
  #startedAt = 0
  #waitMs = firstWaitMs
  #timer: NodeJS.Timeout | undefined
  #stopping = false

  constructor(options: MediaChildOptions) {
    this.#options = options
    this.#ready.promise.catch(() => undefined)
    this.#start()
  }

  /** Resolves when the ports are open for the first time; rejects when the first child dies before. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Process id of the running child. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Ends its streams in order; kills it after `limitMs`. */
  async stop(limitMs = 10_000): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), limitMs)
    await ended
    clearTimeout(kill)
  }

  #start(): void {
    const { database, env, log } = this.#options
    const entry = fileURLToPath(new URL('../media/main.ts', import.meta.url))
    const { PATH = '', HOME = '', TZ } = process.env
    const child = fork(entry, [], {
      env: { PATH, HOME, ...(TZ && { TZ }), ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    this.#startedAt = performance.now()
    database.serve(child)
    child.on('message', (message: { type?: unknown }) => {
      if (message.type === 'media.ready') this.#ready.resolve()
    })
    child.on('error', (error) => log.error({ err: error }, 'the media node cannot be started'))
    child.on('exit', (code, signal) => this.#ended(code, signal))
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return
    this.#ready.reject(
      new RoomError('media.failed', 'The media node does not start; what it said is above.'),
    )
    if (performance.now() - this.#startedAt > quietMs) this.#waitMs = firstWaitMs
    this.#options.log.error({ code, signal, restartInMs: this.#waitMs }, 'the media node died')
    this.#timer = setTimeout(() => this.#start(), this.#waitMs)
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs)
  }
}
