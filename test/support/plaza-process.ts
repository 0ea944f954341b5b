/** A whole server as a process of its own, for tests that kill it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))

type Env = Readonly<Record<string, string>>

export interface PlazaProcessOptions {
  /** The file that Node runs; by default the server's. */
  readonly program?: string
  /** What runs Node, e.g. `ip netns exec NAME`. It has to become the process, for signals go to it. */
  readonly command?: readonly string[]
  /** What the program prints when it is ready. */
  readonly ready?: string
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

/** Keeps its ports and its data directory over restarts, so that clients find it again. */
export class PlazaProcess {
  readonly endpoint: string
  readonly rtmpPort: number
  readonly dataDir: string
  readonly #env: Env
  readonly #options: Required<PlazaProcessOptions>
  #child: ChildProcess | undefined
  #output = ''

  /**
   * `env` adds to the environment, e.g. `{ PLAZA_DATABASE_URL }`; a function is told the endpoint.
   */
  static async create(
    env: Env | ((endpoint: string) => Env) = {},
    { program = main, command = [], ready = 'Plaza is ready' }: PlazaProcessOptions = {},
  ): Promise<PlazaProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'plaza-test-'))
    const [port, rtmp, media] = await Promise.all([freePort(), freePort(), freePort()])
    const ports = { port: port!, rtmp: rtmp!, media: media! }
    const endpoint = `http://127.0.0.1:${ports.port}`
    const added = typeof env === 'function' ? env(endpoint) : env
    return new PlazaProcess(dataDir, endpoint, ports, added, { program, command, ready })
  }

  private constructor(
    dataDir: string,
    endpoint: string,
    ports: { port: number; rtmp: number; media: number },
    env: Env,
    options: Required<PlazaProcessOptions>,
  ) {
    this.#options = options
    this.dataDir = dataDir
    this.endpoint = endpoint
    this.rtmpPort = ports.rtmp
    const { PATH = '', HOME = '' } = process.env
    this.#env = {
      PATH,
      HOME,
      PLAZA_HOST: '127.0.0.1',
      PLAZA_PORT: String(ports.port),
      PLAZA_RTMP_PORT: String(ports.rtmp),
      PLAZA_MEDIA_PORT: String(ports.media),
      PLAZA_DATA_DIR: dataDir,
      PLAZA_RATE_LIMITS: 'off',
      PLAZA_LOG_LEVEL: 'warn',
      ...env,
    }
  }

  /** All that the processes printed so far. */
  get output(): string {
    return this.#output
  }

  /** Undefined while it runs, and where a signal ended it. */
  get exitCode(): number | undefined {
    return this.#child?.exitCode ?? undefined
  }

  /** What it is started with. */
  get env(): Env {
    return this.#env
  }

  /** False before its start and after its end, whatever ended it. */
  get running(): boolean {
    const child = this.#child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when the server answers that it is ready. Rejects with its output when it ends before. */
  async start(): Promise<void> {
    const { program, command, ready: words } = this.#options
    const [first, ...args] = [...command, process.execPath, program]
    const before = this.#output.length
    const child = spawn(first!, args, {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the server ended before it was ready:\n${this.#output}`)
    })
    ended.catch(() => undefined)
    const ready = new Promise<void>((resolve) => {
      const read = (bytes: Buffer): void => {
        this.#output += String(bytes)
        if (this.#output.includes(words, before)) resolve()
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
    })
    await Promise.race([ready, ended])
  }

  /** kill -9, and nothing else; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Ends the server if it runs and removes its files. */
  async dispose(): Promise<void> {
    await this.#end('SIGTERM')
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    child.kill('SIGCONT') // one that a test has stopped would not end otherwise
    await gone
  }
}
