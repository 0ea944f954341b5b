/** Several server processes over one Postgres and a Redis of their own, for tests that hurt them. */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { openerOf } from '../../persistence/testing/databases.ts'
import { PlazaProcess } from './plaza-process.ts'
import { startRedis } from './redis-server.ts'

export interface PlazaCluster {
  readonly nodes: readonly PlazaProcess[]
  readonly databaseUrl: string
  readonly redis: Redis
  dispose(): Promise<void>
}

/** Why a cluster cannot run here, or false. */
export async function redisServerMissing(): Promise<string | false> {
  const probe = spawn('redis-server', ['--version'], { stdio: 'ignore' })
  return new Promise((resolve) => {
    probe.once('error', () => resolve('no redis-server on this machine'))
    probe.once('exit', () => resolve(false))
  })
}

const openPostgres = openerOf('postgres')

/** `env` adds to the environment of each node. */
export async function startPlazaCluster(
  count: number,
  env: (index: number) => Readonly<Record<string, string>> = () => ({}),
): Promise<PlazaCluster> {
  const databaseUrl = (await openPostgres([])).url!
  const redis = await startRedis()
  const secret = randomBytes(32).toString('hex')
  const nodes: PlazaProcess[] = []
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.dispose()))
    redis.stop()
  }
  try {
    for (let index = 0; index < count; index += 1) {
      const node = await PlazaProcess.create((endpoint) => ({
        PLAZA_PUBLIC_URL: endpoint,
        ...(nodes[0] && { PLAZA_DATA_DIR: nodes[0].dataDir }), // uploads are everybody's
        PLAZA_DATABASE_URL: databaseUrl,
        PLAZA_REDIS_URL: redis.url,
        PLAZA_SECRET: secret,
        PLAZA_SECRET_MEDIA: secret,
        PLAZA_MEDIA: 'none',
        PLAZA_NODE_ID: `n${index}`,
        ...env(index),
      }))
      nodes.push(node)
      await node.start()
    }
  } catch (error) {
    await dispose()
    throw error
  }
  return { nodes, databaseUrl, redis: redis.client, dispose }
}
