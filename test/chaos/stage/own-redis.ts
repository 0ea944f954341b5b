/** A Redis server of the test's own: it may be flushed, paused, killed and brought back on its port. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { freePort } from '../../support/plaza-process.ts'

export class OwnRedis {
  readonly port: number
  /** Reconnects by itself. */
  readonly client: Redis
  readonly #listen: string
  #process: ChildProcess | undefined

  static async start(listen = '127.0.0.1'): Promise<OwnRedis> {
    const made = new OwnRedis(await freePort(), listen)
    await made.start()
    return made
  }

  private constructor(port: number, listen: string) {
    this.port = port
    this.#listen = listen
    this.client = new Redis(port, '127.0.0.1', {
      lazyConnect: true,
      retryStrategy: () => 50,
      maxRetriesPerRequest: null, // a start may take longer than twenty tries
    })
    this.client.on('error', () => undefined) // it is hurt on purpose
  }

  url(host = `127.0.0.1:${this.port}`): string {
    return `redis://${host}`
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const where = ['--port', String(this.port), '--bind', ...this.#listen.split(' ')]
    const keep = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no']
    this.#process = spawn('redis-server', [...where, ...keep], { stdio: 'ignore' })
    if (this.client.status === 'wait') await this.client.connect().catch(() => undefined)
    await this.client.ping()
  }

  /** kill -9: everything in it is gone. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async dispose(): Promise<void> {
    this.client.disconnect()
    await this.kill()
  }
}
