/** The platform under test as processes: one node by itself, or three nodes over one Postgres and Redis. */

import { openDatabase, type Database } from '../../persistence/database.ts'
import { openerOf, postgresMissing } from '../../persistence/testing/databases.ts'
import { redisServerMissing, startPlazaCluster } from './plaza-cluster.ts'
import { freePort, PlazaProcess } from './plaza-process.ts'

export interface Platform {
  /** Of one node after the other, so that clients spread over all of them. */
  readonly endpoint: string
  /** For a test's own files, and where uploads are. */
  readonly dataDir: string
  /** kill -9 of every node at once. */
  kill(): Promise<void>
  /** SIGTERM to every node at once. */
  stop(): Promise<void>
  /** Every node again, with its ports and its data. */
  start(): Promise<void>
  /** To be closed by the caller; on PGlite only while the platform is stopped. */
  openDatabase(): Promise<Database>
  dispose(): Promise<void>
}

export interface PlatformKind {
  readonly name: string
  /** Why it cannot run here, or false. */
  readonly skip: string | false
  /** Resolves when it is ready. `env` is every node's. */
  start(env?: Readonly<Record<string, string>>): Promise<Platform>
}

export const nodesOfCluster = 3
export const clusterMissing: string | false = postgresMissing || (await redisServerMissing())

const openPostgres = openerOf('postgres')

const onPglite: PlatformKind = {
  name: 'one node on PGlite',
  skip: false,
  start: async (env = {}) => startOne(env),
}

const onPostgres: PlatformKind = {
  name: 'one node on Postgres',
  skip: postgresMissing,
  start: async (env = {}) => {
    const databaseUrl = (await openPostgres([])).url!
    return startOne({ ...env, PLAZA_DATABASE_URL: databaseUrl }, databaseUrl)
  },
}

const asCluster: PlatformKind = {
  name: 'a cluster of three nodes',
  skip: clusterMissing,
  start: (env = {}) => startThree(env),
}

/** The embedded default and a cluster: one suite passes on both. */
export const platforms: readonly PlatformKind[] = [onPglite, asCluster]
/** The same, and one node with a database server. */
export const platformsAndPostgres: readonly PlatformKind[] = [onPglite, onPostgres, asCluster]

async function startOne(
  env: Readonly<Record<string, string>>,
  databaseUrl?: string,
): Promise<Platform> {
  const node = await PlazaProcess.create(env)
  try {
    await node.start()
  } catch (error) {
    await node.dispose()
    throw error
  }
  return platformOf(
    [node],
    () => openDatabase({ url: databaseUrl, dataDir: node.dataDir }),
    () => node.dispose(),
  )
}

/** The first node has the media node beside it, where the test wants one; all of them name that one's addresses. */
async function startThree(env: Readonly<Record<string, string>>): Promise<Platform> {
  const [rtmp, media] = await Promise.all([freePort(), freePort()])
  const cluster = await startPlazaCluster(nodesOfCluster, (index) => ({
    PLAZA_MEDIA: index === 0 ? 'child' : 'none',
    ...(index === 0
      ? { PLAZA_RTMP_PORT: String(rtmp), PLAZA_MEDIA_PORT: String(media) }
      : {
          PLAZA_RTMP_URL: `rtmp://127.0.0.1:${rtmp}/live`,
          PLAZA_MEDIA_URL: `http://127.0.0.1:${media}`,
        }),
    ...env,
  }))
  const { nodes, databaseUrl } = cluster
  return platformOf(
    nodes,
    () => openDatabase({ url: databaseUrl }),
    () => cluster.dispose(),
  )
}

function platformOf(
  nodes: readonly PlazaProcess[],
  open: () => Promise<Database>,
  dispose: () => Promise<void>,
): Platform {
  let turn = 0
  const each = async (deed: (node: PlazaProcess) => Promise<void>): Promise<void> =>
    void (await Promise.all(nodes.map(deed)))
  return {
    get endpoint() {
      return nodes[turn++ % nodes.length]!.endpoint
    },
    dataDir: nodes[0]!.dataDir,
    kill: () => each((node) => node.kill()),
    stop: () => each((node) => node.stop()),
    start: () => each((node) => node.start()),
    openDatabase: open,
    dispose,
  }
}
