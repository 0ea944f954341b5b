/** The platform under test inside the test's own process, for tests that also ask rooms as the system. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { systemAsker } from '../../engine/kernel/context.ts'
import { openerOf } from '../../persistence/testing/databases.ts'
import { readConfig } from '../../server/config.ts'
import { startServer, type RunningServer } from '../../server/start-server.ts'
import { clusterMissing, nodesOfCluster } from './platforms.ts'
import { startRedis } from './redis-server.ts'

export interface RunningPlatform {
  /** Of one node after the other, so that clients spread over all of them. */
  readonly endpoint: string
  /** Asks the room as the system, on the node that leads it. */
  ask(room: RoomKey, command: string, input: unknown): Promise<unknown>
  stop(): Promise<void>
}

export interface RunningPlatformKind {
  readonly name: string
  readonly skip: string | false
  start(): Promise<RunningPlatform>
}

const openPostgres = openerOf('postgres')

/** The embedded default and a cluster: one suite passes on both. */
export const runningPlatforms: readonly RunningPlatformKind[] = [
  {
    name: 'one node on PGlite',
    skip: false,
    start: () => startNodes(1, {}),
  },
  {
    name: 'a cluster of three nodes',
    skip: clusterMissing,
    async start() {
      const redis = await startRedis()
      const env = {
        PLAZA_DATABASE_URL: (await openPostgres([])).url!,
        PLAZA_REDIS_URL: redis.url,
        PLAZA_SECRET: randomBytes(32).toString('hex'),
      }
      return startNodes(nodesOfCluster, env, () => redis.stop())
    },
  },
]

async function startNodes(
  count: number,
  env: Readonly<Record<string, string>>,
  afterwards: () => void = () => undefined,
): Promise<RunningPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plaza-test-'))
  const nodes: RunningServer[] = []
  const stop = async (): Promise<void> => {
    for (const node of nodes) await node.stop()
    afterwards()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    for (let index = 0; index < count; index += 1) {
      const config = readConfig({
        PLAZA_HOST: '127.0.0.1',
        PLAZA_PORT: '0',
        PLAZA_DATA_DIR: dataDir,
        PLAZA_MEDIA: 'none',
        PLAZA_RATE_LIMITS: 'off',
        PLAZA_LOG_LEVEL: 'fatal',
        PLAZA_NODE_ID: `n${index}`,
        ...env,
      })
      nodes.push(await startServer(config))
    }
  } catch (error) {
    await stop()
    throw error
  }
  let turn = 0
  return {
    get endpoint() {
      return `http://127.0.0.1:${nodes[turn++ % nodes.length]!.port}`
    },
    async ask(room, command, input) {
      for (const { directory } of nodes) {
        try {
          return await directory.ask(room, command, input, systemAsker)
        } catch (error) {
          if (!(error instanceof RoomError && error.code === 'room.elsewhere')) throw error
        }
      }
      throw new Error(`nobody leads ${room}`)
    },
    stop,
  }
}
