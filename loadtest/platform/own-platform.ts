/** A platform of the run's own: one node or several, each with a core, stopped and removed afterwards. */

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import pg from 'pg'
import { PlazaProcess } from '../../test/support/plaza-process.ts'
import { startRedis } from '../../test/support/redis-server.ts'
import { UsageError } from '../harness/options.ts'
import { processTree } from '../bench/process-tree.ts'

export interface OwnPlatformOptions {
  /** 1: a node alone; more share a Postgres and a Redis of their own. */
  readonly nodes: number
  /** postgres://… of a server where a database may be made; undefined: PGlite. */
  readonly postgres: string | undefined
  /** Sockets that it shall hold. */
  readonly sockets: number
  readonly say: (line: string) => void
}

export interface OwnPlatform {
  readonly endpoints: readonly string[]
  readonly pids: readonly number[]
  /** Where the books lie once the nodes are stopped. */
  readonly books: { readonly url?: string; readonly dataDir: string }
  /** What the nodes said: warnings and worse. */
  output(): string
  stop(): Promise<void>
  remove(): Promise<void>
}

const run = promisify(execFile)

/** Files of a node that are no sockets of clients. */
const spareFiles = 300

/** Rejects with what a server said where it does not start, and where it could not hold the sockets. */
export async function startOwnPlatform(options: OwnPlatformOptions): Promise<OwnPlatform> {
  const { nodes: count, postgres, say } = options
  checkFiles(Math.ceil(options.sockets / count))
  const database = postgres === undefined ? undefined : await createDatabase(postgres)
  const redis = count > 1 ? await startRedis() : undefined
  const nodes: PlazaProcess[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
    redis?.stop()
  }
  const remove = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.dispose()))
    redis?.stop()
    await database?.drop()
  }
  const secret = randomBytes(32).toString('hex')
  try {
    for (let index = 0; index < count; index += 1) {
      const node = await PlazaProcess.create((endpoint) => ({
        ...(count > 1 && { PLAZA_PUBLIC_URL: endpoint }),
        PLAZA_SECRET: secret,
        PLAZA_SECRET_MEDIA: secret,
        PLAZA_NODE_ID: `load-${index}`,
        PLAZA_MEDIA: index === 0 ? 'child' : 'none',
        PLAZA_RECORDING_DAYS: '0',
        PLAZA_DAILY_LIMIT: '1000000000',
        PLAZA_MEDIA_VIEWERS: '100000',
        ...(database && { PLAZA_DATABASE_URL: database.url }),
        ...(redis && { PLAZA_REDIS_URL: redis.url }),
      }))
      nodes.push(node)
      await node.start()
    }
    await pin(nodes, say)
  } catch (error) {
    await remove()
    throw error
  }
  return {
    endpoints: nodes.map(({ endpoint }) => endpoint),
    pids: nodes.map(({ pid }) => pid!),
    books: { ...(database && { url: database.url }), dataDir: nodes[0]!.dataDir },
    output: () => nodes.map(({ output }) => output).join(''),
    stop,
    remove,
  }
}

/** A node inherits the limit of this process. */
function checkFiles(sockets: number): void {
  const limits = existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : ''
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
  const wanted = sockets + spareFiles
  if (wanted <= limit) return
  throw new UsageError(
    `${sockets} sockets on a node need ${wanted} open files and it may have ${limit}: raise the limit (ulimit -n ${wanted}), use --cluster, or fewer --viewers`,
  )
}

/** Each node has a core of its own, this process and what else was started have the last one. */
async function pin(nodes: readonly PlazaProcess[], say: (line: string) => void): Promise<void> {
  const cores = availableParallelism()
  if (cores < 2) return say('one core only: server and harness share it')
  const last = cores - 1
  try {
    for (const [index, { pid }] of nodes.entries()) {
      const [node, ...children] = processTree(pid!)
      await run('taskset', ['-acp', String(index % last), String(node!.pid)])
      for (const child of children) await run('taskset', ['-acp', String(last), String(child.pid)])
    }
    await run('taskset', ['-acp', String(last), String(process.pid)])
    say(`pinned: the server to core ${nodes.length > 1 ? `0–${last - 1}` : 0}, the rest to ${last}`)
  } catch {
    say('nothing is pinned to a core: there is no taskset here')
  }
}

async function createDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `plaza_load_${randomBytes(5).toString('hex')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, drop: () => onServer(server, `drop database ${name} with (force)`) }
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
