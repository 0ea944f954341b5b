/** How a node reaches rooms and other nodes: alone it has all of them, with Redis it is one of many. */

import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { Redis } from 'ioredis'
import type { Bus } from '../engine/cluster/bus.ts'
import { ClusterNode, type Expelled } from '../engine/cluster/cluster-node.ts'
import { RedisBus } from '../engine/cluster/redis-bus.ts'
import { SealedBus } from '../engine/cluster/sealed-bus.ts'
import { RoomError } from '../engine/kernel/room-error.ts'
import type { LocalDirectory } from '../engine/runtime/directory.ts'
import type { Engine } from '../engine/runtime/engine.ts'
import { systemEnvironment } from '../engine/runtime/environment.ts'
import type { Neighbours, RoomDirectory, Spread } from '../engine/runtime/room-host.ts'
import type { Seat, Seats } from '../engine/runtime/seats.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'
import { deriveKey } from './secrets.ts'

export interface NodeLinks {
  readonly directory: RoomDirectory
  /** Where led rooms have relays. */
  readonly spread: Spread | undefined
  /** The other nodes, where there are any. */
  readonly neighbours: Neighbours | undefined
  /** For what all nodes count together. */
  readonly redis: Redis | undefined
  readonly cluster: ClusterNode<Seat> | undefined
  readonly bus: Pick<Bus, 'stats'> | undefined
  /** A seat here or on the node that has room for it. */
  readonly issue: Seats['issue']
  /** Of the nodes that take clients, where they have addresses of their own. */
  addresses(): readonly string[]
  /** Closes sockets on every node. */
  expel(who: Expelled, code?: number, reason?: string): void
  /** Before clients come. */
  start(engine: Engine): Promise<void>
  /** Hands rooms over to other nodes, where there are any; sockets stay. */
  drain(): Promise<void>
  /** After the engine and the rooms. */
  close(): Promise<void>
}

export interface NodeLinksOptions {
  readonly config: Pick<
    Config,
    'redisUrl' | 'databaseUrl' | 'publicUrl' | 'roomAudience' | 'secret'
  >
  readonly node: string
  readonly local: LocalDirectory
  /** The secret that all nodes share. */
  readonly root: Buffer
  /** The time that all nodes share, ms since 1970. */
  readonly now: () => number
  readonly log: Logger
  readonly defect: (error: unknown, where: string) => void
}

/** `host[:port][/path]` of this node for clients, where it has an address of its own. */
export function publicAddress({ publicUrl }: Pick<Config, 'publicUrl'>): string | undefined {
  return publicUrl?.replace(/^https?:\/\//, '')
}

export function linkNode(options: NodeLinksOptions): Promise<NodeLinks> {
  return options.config.redisUrl === undefined
    ? Promise.resolve(alone(options))
    : inCluster(options, options.config.redisUrl)
}

function alone({ local }: NodeLinksOptions): NodeLinks {
  let engine: Engine
  return {
    directory: local,
    spread: undefined,
    neighbours: undefined,
    redis: undefined,
    cluster: undefined,
    bus: undefined,
    issue: (...request) => engine.seats.issue(...request),
    addresses: () => [],
    expel: (...who) => engine.expel(...who),
    start: async (started) => void (engine = started),
    drain: async () => undefined,
    close: async () => undefined,
  }
}

async function inCluster(options: NodeLinksOptions, url: string): Promise<NodeLinks> {
  const { config, node, local, root, log, defect } = options
  if (!config.databaseUrl) {
    throw new RoomError(
      'cluster.database',
      'PLAZA_REDIS_URL makes this one of several nodes: they need one Postgres, PLAZA_DATABASE_URL.',
    )
  }
  if (!config.secret) log.warn('PLAZA_SECRET is not set: nodes with another one are not heard.')
  if (!config.publicUrl)
    log.warn('PLAZA_PUBLIC_URL is not set: other nodes cannot send viewers to this one.')
  const incarnation = randomUUID()
  const wire = await RedisBus.connect({ url })
  const bus = new SealedBus(wire, deriveKey(root, 'cluster'), incarnation)
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  redis.on('error', () => undefined) // each budget is then counted here; the next try tells
  let engine: Engine | undefined
  const load = watchLoad()
  const cluster = new ClusterNode<Seat>({
    node,
    bus,
    local,
    env: systemEnvironment(defect, options.now),
    roomAudience: config.roomAudience,
    self: () => ({
      incarnation,
      address: publicAddress(config),
      sockets: engine?.metrics().sockets.sockets ?? 0,
      rooms: local.keys().length,
      load: load.share,
    }),
  })
  return {
    directory: cluster.directory,
    spread: cluster.followers,
    neighbours: {
      self: incarnation,
      list: () => cluster.peers.list().map((peer) => peer.incarnation),
      onGone: (tell) => cluster.peers.onGone(tell),
    },
    redis,
    cluster,
    bus,
    issue: (room, asker, seat = {}) => cluster.seat({ room, asker, options: seat }),
    addresses: () =>
      cluster.peers
        .list()
        .flatMap(({ address, draining }) => (address === undefined || draining ? [] : [address])),
    expel: (...who) => cluster.expel(...who),
    async start(started) {
      engine = started
      await cluster.start({
        instance: (room) => started.instance(room),
        audience: (room) => started.audience(room),
        issue: async ({ room, asker, options: seat }) => started.seats.issue(room, asker, seat),
        expel: (...who) => started.expel(...who),
      })
    },
    drain: () => cluster.drain(),
    async close() {
      load.stop()
      await cluster.stop()
      await bus.close()
      redis.disconnect()
    },
  }
}

/** The busy share of the event loop in the last second. */
function watchLoad(): { readonly share: number; stop(): void } {
  let last = performance.eventLoopUtilization()
  let share = 0
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    share = performance.eventLoopUtilization(now, last).utilization
    last = now
  }, 1_000).unref()
  return {
    get share() {
      return share
    },
    stop: () => clearInterval(timer),
  }
}
