/** A cluster of real server processes with live rooms, over a Postgres database and a Redis of its own. */

import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { ticketKey, writeTicket } from '../../engine/runtime/ticket.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { openDatabase, type Database } from '../../persistence/database.ts'
import { put } from '../../persistence/outbox.store.ts'
import { createClient } from '../../sdk/index.ts'
import { deriveKey } from '../../server/secrets.ts'
import { PlazaProcess } from '../../test/support/plaza-process.ts'
import { startRedis, type TestRedis } from '../../test/support/redis-server.ts'
import { createBenchDatabase, fillPurses } from './cluster-database.ts'

export interface ClusterOptions {
  readonly nodes: number
  /** Added to the environment of each node. */
  readonly env?: Readonly<Record<string, string>>
  /** Users who may give gifts: `u_giver0`, `u_giver1`, … */
  readonly givers: number
}

/** What a seat needs to know of an instance. */
interface Door {
  readonly instance: string
  readonly base: string
}

const ticketMs = 30_000
/** A node that comes back needs its time; afterwards something is wrong. */
const patienceMs = 60_000

export class ClusterStage {
  readonly nodes: PlazaProcess[] = []
  readonly databaseUrl: string
  readonly redis: TestRedis
  readonly database: Database
  readonly #drop: () => Promise<void>
  readonly #seatListeners = new Set<(count: number) => void>()
  readonly #secret = randomBytes(32)
  /** Beyond those that the servers count up themselves. */
  readonly #key = ticketKey(deriveKey(this.#secret, 'seats'))

  static async start(options: ClusterOptions, say: (line: string) => void): Promise<ClusterStage> {
    say(`starts Redis, a database and ${options.nodes} servers`)
    const redis = await startRedis()
    const { url, drop } = await createBenchDatabase()
    const stage = new ClusterStage({ redis, url, drop, database: await openDatabase({ url }) })
    try {
      for (let index = 0; index < options.nodes; index += 1) await stage.#addNode(index, options)
      await fillPurses(stage.database.db, options.givers)
    } catch (error) {
      await stage.dispose()
      throw error
    }
    return stage
  }

  private constructor(parts: {
    redis: TestRedis
    url: string
    database: Database
    drop: () => Promise<void>
  }) {
    this.redis = parts.redis
    this.databaseUrl = parts.url
    this.database = parts.database
    this.#drop = parts.drop
  }

  /** A live room on the air, made at node 0. */
  async openRoom(): Promise<RoomKey> {
    const client = createClient({ endpoint: this.nodes[0]!.endpoint })
    const name = `host_${randomUUID().slice(0, 8)}`
    await client.auth.register({ name, password: randomUUID() })
    const { id } = await client.live.create({ title: 'Bench', category: 'music' })
    // As a media node reports it.
    const payload = { live: id, stream: randomUUID(), at: Date.now() }
    await this.database.db
      .transaction()
      .execute((tx) => put(tx, [{ topic: 'stream.started', key: id, payload }]))
    await waitUntil('the live is on', async () => (await client.live.get(id)).status === 'live')
    client.close()
    return `live_${id}`
  }

  /** The node that leads the room, as the database has it. */
  async leader(room: RoomKey): Promise<{ node: number; epoch: number }> {
    const { rows } = await sql<{ owner_node: string; epoch: string }>`
      select owner_node, epoch from actor where room_id = ${room}`.execute(this.database.db)
    const [owner] = rows
    return { node: Number(owner!.owner_node.slice(1)), epoch: Number(owner!.epoch) }
  }

  /**
   * Makes addresses of sockets for `Swarm.join`: at the node `home`, and where it is down or drains at the
   * next one that takes them. Viewer `n` is a guest, or the giver that `giver` says.
   */
  seats(room: RoomKey, home: number, giver?: (n: number) => number) {
    return async (sockets: readonly number[]): Promise<string[]> => {
      const { instance, base } = await this.#door(room, home)
      for (const tell of this.#seatListeners) tell(sockets.length)
      const expires = Date.now() + ticketMs
      return sockets.map((n) => {
        const id = giver ? `u_giver${giver(n)}` : `g_${home}x${n}`
        const asker = { id, name: id, roles: [giver ? 'user' : 'guest'] }
        const claims = { instance, asker, expires }
        const ticket = writeTicket(this.#key, claims)
        return `${base}?sessionId=${ticket}`
      })
    }
  }

  /** Told how many seats were given whenever some are; the result ends it. */
  onSeats(tell: (count: number) => void): () => void {
    this.#seatListeners.add(tell)
    return () => this.#seatListeners.delete(tell)
  }

  /** A figure of a node's /metrics. */
  async metric(node: number, name: string): Promise<number> {
    const text = await (await fetch(`${this.nodes[node]!.endpoint}/metrics`)).text()
    return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN)
  }

  /** Sockets that a node has now. */
  sockets(node: number): Promise<number> {
    return this.metric(node, 'plaza_connections')
  }

  /** What the servers said while they ran: warnings, failures and their last words, each kind once. */
  warnings(): string[] {
    const kinds = new Map<string, string>()
    for (const { output } of this.nodes)
      for (const line of output.split('\n'))
        if (!/^( |$|database: |Plaza |\{.*Play-money)/.test(line)) kinds.set(kindOf(line), line)
    return [...kinds.values()]
  }

  async dispose(): Promise<void> {
    for (const node of this.nodes) await node.dispose()
    this.redis.stop()
    await this.database.close()
    await this.#drop()
  }

  async #addNode(index: number, { env }: ClusterOptions): Promise<void> {
    const secret = this.#secret.toString('hex')
    const node = await PlazaProcess.create((endpoint) => ({
      PLAZA_PUBLIC_URL: endpoint,
      PLAZA_DATABASE_URL: this.databaseUrl,
      PLAZA_REDIS_URL: this.redis.url,
      PLAZA_SECRET: secret,
      PLAZA_SECRET_MEDIA: secret,
      PLAZA_MEDIA: 'none',
      PLAZA_NODE_ID: `n${index}`,
      PLAZA_DAILY_LIMIT: '1000000000',
      ...env,
    }))
    this.nodes.push(node)
    await node.start()
  }

  async #door(room: RoomKey, home: number): Promise<Door> {
    const path = `/api/rooms/${room}/seat`
    const { length } = this.nodes
    return waitUntil('a node gives seats', async () => {
      for (let step = 0; step < length; step += 1) {
        const { endpoint } = this.nodes[(home + step) % length]!
        const answer = await fetch(endpoint + path, { method: 'POST' }).catch(() => undefined)
        if (!answer?.ok) continue
        const { roomId, socketUrl } = (await answer.json()) as Record<string, string>
        return { instance: roomId!, base: socketUrl!.slice(0, socketUrl!.indexOf('?')) }
      }
      return undefined
    })
  }
}

/** Waits until `look` gives something; asks again every 20 ms, for at most a minute. */
export async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > deadline) throw new Error(`waited a minute for: ${what}`)
    await pause(20)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A line of the log without what differs from time to time. */
function kindOf(line: string): string {
  return line.replaceAll(/"time":"[^"]*"|\d+/g, '')
}
