/** A Postgres server of the test's own, on its own port and folder: it may be stopped, killed and filled up. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { until } from '../../support/people.ts'
import { freePort } from '../../support/plaza-process.ts'
import { patience } from './patience.ts'

export interface OwnPostgresOptions {
  readonly maxConnections?: number
  /** Where it listens; by default 127.0.0.1 only. */
  readonly listen?: string
  /** Called with the folder before anything is in it, e.g. to mount a small disk there. */
  readonly prepare?: (folder: string) => Promise<void>
  /** Called with it when the server is gone. */
  readonly release?: (folder: string) => Promise<void>
  /** Of postgresql.conf, on top of our own. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Why there can be none here, or false. */
export function ownPostgresMissing(): string | false {
  for (const program of ['initdb', 'postgres'])
    if (spawnSync(program, ['--version']).status !== 0) return `no ${program} on this machine`
  if (isRoot() && account() === undefined) return 'Postgres does not run as root'
  return false
}

export class OwnPostgres {
  readonly folder: string
  readonly port: number
  readonly #options: OwnPostgresOptions
  #process: ChildProcess | undefined
  #output = ''

  static async start(options: OwnPostgresOptions = {}): Promise<OwnPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'plaza-postgres-'))
    await options.prepare?.(folder)
    const owner = account()
    if (owner) await chown(folder, owner.uid, owner.gid)
    const made = new OwnPostgres(folder, await freePort(), options)
    try {
      await made.#init()
      await made.start()
      return made
    } catch (error) {
      await made.dispose()
      throw error
    }
  }

  private constructor(folder: string, port: number, options: OwnPostgresOptions) {
    this.folder = folder
    this.port = port
    this.#options = options
  }

  url(database = 'postgres', host = `127.0.0.1:${this.port}`): string {
    return `postgres://postgres@${host}/${database}`
  }

  get output(): string {
    return this.#output
  }

  /** Resolves when it answers. After a kill it waits for what the dead server left to end. */
  async start(): Promise<void> {
    const answers = async (): Promise<boolean> => {
      if (!this.#process) this.#spawn()
      return this.#answers()
    }
    await until('Postgres answers', answers, patience)
  }

  /** `fast`: as SIGINT does; `immediate`: without a checkpoint, so it recovers at the next start. */
  async stop(how: 'fast' | 'immediate'): Promise<void> {
    await this.#end(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
  }

  /** kill -9 of the postmaster; its children end when they notice. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async dispose(): Promise<void> {
    await this.#end('SIGQUIT')
    await this.#options.release?.(this.folder)
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 }).catch(() => undefined)
  }

  async #init(): Promise<void> {
    const args = ['-D', this.#data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']
    const child = spawn('initdb', [...args, '--locale=C'], { ...account(), stdio: 'pipe' })
    this.#read(child)
    const [code] = (await once(child, 'exit')) as [number]
    if (code !== 0) throw new Error(`initdb ended with ${code}:\n${this.#output}`)
    if (this.#options.listen)
      spawnSync('sh', ['-c', `echo 'host all all all trust' >> ${join(this.#data, 'pg_hba.conf')}`])
  }

  #spawn(): void {
    const { maxConnections = 100, listen = '127.0.0.1' } = this.#options
    const settings = {
      port: this.port,
      listen_addresses: listen,
      unix_socket_directories: this.folder,
      max_connections: maxConnections,
      shared_buffers: '32MB',
      fsync: 'off', // the machine does not lose power here
      ...this.#options.settings,
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn('postgres', ['-D', this.#data, ...args], { ...account(), stdio: 'pipe' })
    this.#process = child
    this.#read(child)
    child.once('exit', () => {
      if (this.#process === child) this.#process = undefined
    })
  }

  #read(child: ChildProcess): void {
    const keep = (bytes: Buffer): void => {
      this.#output = (this.#output + String(bytes)).slice(-20_000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url(), connectionTimeoutMillis: 1_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  get #data(): string {
    return join(this.folder, 'data')
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Postgres refuses to run as root; its own account is used then. */
function account(): { uid: number; gid: number } | undefined {
  if (!isRoot()) return undefined
  const [uid, gid] = ['-u', '-g'].map((of) =>
    Number(String(spawnSync('id', [of, 'postgres']).stdout).trim() || 'none'),
  )
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid: uid!, gid: gid! } : undefined
}
