/** A Redis of one's own, for whatever flushes, pauses and kills it. */

import { spawn } from 'node:child_process'
import { Redis } from 'ioredis'
import { freePort } from './plaza-process.ts'

export interface TestRedis {
  readonly url: string
  readonly client: Redis
  readonly pid: number
  stop(): void
}

/** Resolves when it answers. Rejects where there is no redis-server on this machine. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort()
  const where = ['--port', String(port), '--bind', '127.0.0.1']
  const server = spawn('redis-server', [...where, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  const missing = new Promise<never>((_, reject) => server.once('error', reject))
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 50,
    maxRetriesPerRequest: null, // a start may take longer than twenty tries
  })
  client.on('error', () => undefined)
  await Promise.race([client.ping(), missing]).catch((error: unknown) => {
    client.disconnect()
    throw error
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    client,
    pid: server.pid!,
    stop() {
      client.disconnect()
      server.kill('SIGKILL')
    },
  }
}
