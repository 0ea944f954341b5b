/** Makes a node of the parts: this is the one place that knows them all. */

import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createEngine, type Engine } from '../engine/runtime/engine.ts'
import type { RoomError } from '../engine/kernel/room-error.ts'
import type { LocalDirectory } from '../engine/runtime/directory.ts'
import { SharedClock } from '../engine/runtime/shared-clock.ts'
import { closeCodes } from '../engine/wire/close-codes.ts'
import { nodeAnswerMs, openDatabase, type Database } from '../persistence/database.ts'
import { migrate } from '../persistence/migrate.ts'
import { persistenceMigrations } from '../persistence/migrations.ts'
import { SqlLeaseStore } from '../persistence/sql-lease-store.ts'
import { issueAdminToken } from '../services/accounts/admin-token.ts'
import type { Config } from './config.ts'
import { createHttp } from './http/create-http.ts'
import { createInspector } from './inspector/create-inspector.ts'
import { liftedLimits } from './lifted-limits.ts'
import { createLogger, type Logger } from './logger.ts'
import { MediaChild } from './media-child.ts'
import { mediaEnv } from './media-env.ts'
import { createMetrics, watchEngine, watchRooms } from './metrics.ts'
import { NodeLease } from './node-lease.ts'
import { linkNode, publicAddress, type NodeLinks } from './node-links.ts'
import { createNodeOutbox } from './node-outbox.ts'
import { createNodeRooms, roomMigrations } from './node-rooms.ts'
import { deriveKey, loadSecrets } from './secrets.ts'
import { createServices, serviceMigrations, type Services } from './services.ts'

export interface RunningServer {
  /** The port that was bound, also where 0 was asked for. */
  readonly port: number
  readonly url: string
  readonly rtmpUrl: string
  /** Makes the first admin; undefined once there is one. */
  readonly adminUrl: string | undefined
  readonly database: Database
  readonly services: Services
  /** The rooms that this node leads. */
  readonly directory: LocalDirectory
  readonly engine: Engine
  readonly media: MediaChild | undefined
  /** Takes no more clients, sends those here away, stores every room and closes everything, in this order. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Told in words what takes a while. */
  readonly progress?: (what: string) => void
  readonly log?: Logger
  /** Told why this process must end: stop the server, then do. */
  readonly onFatal?: (error: RoomError) => void
}

/** Resolves when clients may come. Throws RoomError or what a port, a folder or the database says. */
export async function startServer(
  config: Config,
  options: StartOptions = {},
): Promise<RunningServer> {
  const node = config.nodeId ?? `node-${randomUUID().slice(0, 8)}`
  const log = options.log ?? createLogger({ level: config.logLevel, node })
  const defect = (error: unknown, where: string): void =>
    log.error({ err: error, where }, 'a defect')
  mkdirSync(config.dataDir, { recursive: true })
  const secrets = loadSecrets(config)
  const database = await openMigrated(config, options)
  const { db } = database

  const clock = new SharedClock()
  const { now } = clock
  const rooms = createNodeRooms({
    config,
    now,
    db,
    log,
    defect,
    writeViewers: (counts) => services.projector.viewers(counts),
  })
  const local = rooms.directory
  const links = await linkNode({ config, node, now, local, root: secrets.root, log, defect })
  const { directory, redis } = links
  const services = createServices({
    config,
    secrets,
    db,
    rooms: directory,
    logger: log,
    redis,
    now,
    onSessionsEnd: (_user, sessions) => {
      for (const session of sessions) links.expel({ session })
    },
    // The next seat has the new roles.
    onRolesChange: (user) => links.expel({ user }, closeCodes.moved, 'roles changed'),
  })
  const leases = new SqlLeaseStore(db)
  const lease = new NodeLease({
    store: leases,
    node,
    log,
    measured: clock.measured,
    taken: (error) => options.onFatal?.(error),
    own: (owner) => local.own(owner),
    // Nobody else can take rooms from PGlite, so a machine that is short of breath need not drop them.
    ttlMs: database.dialect === 'pglite' ? 60_000 : config.lease * 1_000,
  })
  let stopping: Promise<void> | undefined
  const draining = (): boolean => stopping !== undefined || (links.cluster?.draining ?? false)
  const problems = async (): Promise<string[]> => [
    ...(draining() ? ['draining'] : []),
    ...(lease.held ? [] : ['lease']),
    ...((await answers(database)) ? [] : ['database']),
  ]
  const metrics = createMetrics(node)
  const inspector = createInspector({
    node,
    version,
    address: publicAddress(config),
    rooms,
    links,
    engine: () => engine,
    leaseHeld: () => lease.held,
    draining,
    db,
    audit: services.audit,
    defect,
  })
  const http = createHttp({
    config,
    services,
    inspector,
    seats: links,
    redis,
    logger: log,
    metrics,
    version,
    webDir,
    problems,
  })
  const engine = await createNodeEngine(config, { links, http, log, defect, secrets, now })
  watchEngine(metrics, engine)
  watchRooms(metrics, { figures: rooms.watch.figures, links })
  const { handlers } = services.projector
  const outbox = createNodeOutbox({ database, directory, handlers, log })

  // PGlite is ours alone: whoever held a lease in it is dead.
  if (database.dialect === 'pglite') await leases.clear()
  await lease.start()
  await links.start(engine)
  const port = await engine.listen(config.port, config.host)
  await outbox.start()
  const media =
    config.media === 'child'
      ? new MediaChild({ database, log, env: mediaEnv(config, secrets.media) })
      : undefined

  async function stop(): Promise<void> {
    await links.drain()
    await engine.stop()
    await media?.stop()
    await outbox.stop()
    await rooms.close()
    await links.close()
    await lease.stop()
    await database.close()
  }
  try {
    await media?.ready
  } catch (error) {
    await stop()
    throw error
  }
  const url = config.publicUrl ?? `http://localhost:${port}`
  const token = await issueAdminToken(db, now())
  return {
    port,
    url,
    rtmpUrl: services.addresses.rtmp(url),
    adminUrl: token && `${url}/setup?token=${token}`,
    database,
    services,
    directory: local,
    engine,
    media,
    stop: () => (stopping ??= stop()),
  }
}

async function openMigrated(config: Config, { progress }: StartOptions): Promise<Database> {
  const { databaseUrl: url, dataDir } = config
  const database = await openDatabase({ url, dataDir })
  await migrate(database.db, [persistenceMigrations, serviceMigrations, ...roomMigrations], {
    onProgress: (name, index, count) => progress?.(`database: ${name} (${index + 1} of ${count})`),
  })
  if (url === undefined) return database
  // Migrations took as long as they needed, nothing else may.
  await database.close()
  return openDatabase({ url, answerMs: nodeAnswerMs })
}

type EngineParts = Pick<Parameters<typeof createEngine>[0], 'http'> & {
  readonly links: NodeLinks
  readonly now: () => number
  readonly log: Logger
  readonly defect: (error: unknown, where: string) => void
  readonly secrets: ReturnType<typeof loadSecrets>
}

function createNodeEngine(config: Config, parts: EngineParts): Promise<Engine> {
  const { links, http, log, defect, secrets, now } = parts
  const address = publicAddress(config)
  const lifted = config.rateLimits === 'off' ? liftedLimits : undefined
  return createEngine({
    directory: links.directory,
    http,
    defect,
    now,
    ...(links.spread && { spread: links.spread }),
    ...(links.neighbours && { neighbours: links.neighbours }),
    secret: deriveKey(secrets.root, 'seats'),
    ...(lifted && { settings: lifted.settings }),
    transport: {
      ...lifted?.transport,
      origins: config.allowedOrigins,
      trustedProxies: config.trustProxy,
      onFallback: (reason) => log.warn(reason),
    },
    ...(address !== undefined && { publicAddress: address }),
  })
}

async function answers({ db }: Database): Promise<boolean> {
  try {
    await db.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
    return true
  } catch {
    return false
  }
}

const webDir = fileURLToPath(new URL('../web/dist', import.meta.url))

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string }
