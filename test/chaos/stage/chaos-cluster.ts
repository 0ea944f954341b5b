/** Nodes as processes over a Postgres and a Redis that may be hurt, with a proxy on every wire if wanted. */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { freePort, PlazaProcess } from '../../support/plaza-process.ts'
import { CommitCutter } from '../proxy/commit-cutter.ts'
import { TcpProxy, type TcpProxyOptions } from '../proxy/tcp-proxy.ts'
import { makeNetworks, removeNetworks, type NodeNetwork } from './networks.ts'
import { OwnPostgres, type OwnPostgresOptions } from './own-postgres.ts'
import { serverProgram } from './program.ts'
import { OwnRedis } from './own-redis.ts'

export interface ChaosClusterOptions {
  readonly nodes?: number
  /** Seconds that a lease holds. */
  readonly lease?: number
  /** Puts a proxy before Postgres and Redis for each node. */
  readonly proxied?: boolean
  /** Puts a proxy between clients and each node. */
  readonly doors?: boolean
  /** Puts each node into a network namespace of its own; no proxies then. */
  readonly networks?: boolean
  readonly postgres?: OwnPostgresOptions
  /** Adds to the environment of a node. */
  readonly env?: (index: number) => Readonly<Record<string, string>>
  readonly random?: () => number
}

/** A node and the wires that belong to it alone. */
export interface ChaosNode {
  readonly id: string
  readonly process: PlazaProcess
  /** What clients address it by. */
  readonly endpoint: string
  /** These throw where the cluster has none. */
  readonly postgres: TcpProxy
  readonly redis: TcpProxy
  readonly door: TcpProxy
  readonly network: NodeNetwork
}

const open = new Set<ChaosCluster>()

/** For a command that is told to end: no server may be left behind. */
export async function disposeClusters(): Promise<void> {
  await Promise.all([...open].map((cluster) => cluster.dispose()))
}

export class ChaosCluster {
  readonly nodes: ChaosNode[] = []
  readonly postgres: OwnPostgres
  readonly redis: OwnRedis
  readonly secret = randomBytes(32).toString('hex')
  /** In the wire of every node to Postgres, where the cluster is proxied. */
  readonly cutter = new CommitCutter()
  readonly #options: ChaosClusterOptions
  readonly #proxies: TcpProxy[] = []
  readonly #networks: readonly NodeNetwork[]

  static async start(options: ChaosClusterOptions = {}): Promise<ChaosCluster> {
    const { nodes = 3 } = options
    const networks = options.networks ? await makeNetworks(nodes) : []
    const hosts = [
      '127.0.0.1',
      ...networks.flatMap((one) => [one.host('postgres'), one.host('redis')]),
    ]
    const [postgres, redis] = await Promise.all([
      OwnPostgres.start({ ...options.postgres, ...(networks.length && { listen: hosts.join() }) }),
      OwnRedis.start(hosts.join(' ')),
    ]).catch(async (error: unknown) => {
      await removeNetworks(networks)
      throw error
    })
    const cluster = new ChaosCluster(postgres, redis, options, networks)
    open.add(cluster)
    try {
      for (let index = 0; index < nodes; index += 1) await cluster.#add(index)
      await cluster.nodes[0]!.process.start() // the first one makes the tables
      await Promise.all(cluster.nodes.slice(1).map((node) => node.process.start()))
      return cluster
    } catch (error) {
      await cluster.dispose()
      throw error
    }
  }

  private constructor(
    postgres: OwnPostgres,
    redis: OwnRedis,
    options: ChaosClusterOptions,
    networks: readonly NodeNetwork[],
  ) {
    this.postgres = postgres
    this.redis = redis
    this.#options = options
    this.#networks = networks
  }

  /** Straight to the server, past every proxy. */
  get databaseUrl(): string {
    return this.postgres.url()
  }

  /** One query past every proxy. */
  async query(text: string, values: readonly unknown[] = []): Promise<any[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query(text, [...values])).rows
    } finally {
      await client.end()
    }
  }

  /** The environment of node `index`, as its process has it. */
  envOf(index: number, endpoint: string, wires: { postgres: string; redis: string }) {
    const { lease = 4, env } = this.#options
    return {
      PLAZA_PUBLIC_URL: endpoint,
      PLAZA_DATABASE_URL: wires.postgres,
      PLAZA_REDIS_URL: wires.redis,
      PLAZA_SECRET: this.secret,
      PLAZA_SECRET_MEDIA: this.secret,
      PLAZA_MEDIA: 'none',
      PLAZA_NODE_ID: `n${index}`,
      PLAZA_LEASE: String(lease),
      PLAZA_DAILY_LIMIT: '1000000000',
      ...env?.(index),
    }
  }

  async dispose(): Promise<void> {
    open.delete(this)
    await Promise.all(
      this.nodes.map(async ({ process }) => {
        resume(process)
        await process.kill()
        await process.dispose()
      }),
    )
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
    await removeNetworks(this.#networks)
    await Promise.all([this.postgres.dispose(), this.redis.dispose()])
  }

  async #add(index: number): Promise<void> {
    const { proxied, doors } = this.#options
    const { tap } = this.cutter
    const network = this.#networks[index]
    const postgres = proxied ? await this.#proxy({ port: this.postgres.port, tap }) : undefined
    const redis = proxied ? await this.#proxy({ port: this.redis.port }) : undefined
    const port = await freePort()
    const door = doors ? await this.#proxy({ port }) : undefined
    const host = network?.own('clients') ?? '127.0.0.1'
    const endpoint = `http://${host}:${door?.port ?? port}`
    const at = (wire: 'postgres' | 'redis', own: number, proxy?: TcpProxy): string =>
      `${network?.host(wire) ?? '127.0.0.1'}:${proxy?.port ?? own}`
    const urls = {
      postgres: this.postgres.url('postgres', at('postgres', this.postgres.port, postgres)),
      redis: this.redis.url(at('redis', this.redis.port, redis)),
    }
    const env = {
      ...this.envOf(index, endpoint, urls),
      PLAZA_PORT: String(port),
      PLAZA_HOST: network ? '0.0.0.0' : '127.0.0.1',
    }
    const process = await PlazaProcess.create(env, {
      program: await serverProgram(),
      command: network?.command ?? [],
    })
    this.nodes.push({
      id: `n${index}`,
      process,
      endpoint,
      get postgres() {
        return postgres ?? missing('proxies')
      },
      get redis() {
        return redis ?? missing('proxies')
      },
      get door() {
        return door ?? missing('doors')
      },
      get network() {
        return network ?? missing('networks')
      },
    })
  }

  async #proxy(options: TcpProxyOptions): Promise<TcpProxy> {
    const { random = Math.random } = this.#options
    const proxy = await TcpProxy.listen({ random, ...options })
    this.#proxies.push(proxy)
    return proxy
  }
}

/** SIGSTOP: it does nothing, and its sockets stay open. */
export function pause(node: PlazaProcess): void {
  signal(node, 'SIGSTOP')
}

export function resume(node: PlazaProcess): void {
  signal(node, 'SIGCONT')
}

/** A process that has ended hears nothing. */
function signal({ pid }: PlazaProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function missing(what: string): never {
  throw new TypeError(`this cluster has no ${what}`)
}
