/** The one door to SQL: Postgres, PGlite, or the database of the parent process. */

import { Kysely } from 'kysely'
import pg from 'pg'
import type { Channel } from './channel.ts'
import { keepTidy } from './housekeeping.ts'
import { Notices } from './notices.ts'
import { PgDialect } from './pg-dialect.ts'
import { typeParsers } from './pg-types.ts'
import { ChannelSockets } from './pglite/channel-socket.ts'
import { startPglite } from './pglite/pglite-host.ts'
import { borrow, lend, type Lent } from './process-channel.ts'
import type { Db, Tables } from './tables.ts'

export interface Database {
  readonly db: Db
  readonly dialect: 'pglite' | 'postgres'
  /** Calls `listener` for every NOTIFY on `channel`, and after a lost connection came back. */
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>
  /** Lends connections to a child process, which calls `connectDatabase(process)`. */
  serve(channel: Channel): void
  /** PGlite only: everything as one archive, for `template` of another. */
  dump?(): Promise<Uint8Array>
  /** Waits for the queries under way. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** postgres://…; without it PGlite is used. */
  readonly url?: string | undefined
  /** PGlite keeps its files under `<dataDir>/pglite`; without it everything is in memory. */
  readonly dataDir?: string | undefined
  /** Connections at most: 10 to a server by default, 4 on PGlite, where they share one session. */
  readonly poolSize?: number | undefined
  readonly template?: Uint8Array | undefined
  /**
   * A server's statement without an answer for so many ms fails, and its connection is closed; whether it took
   * effect is not known. Default: none fails, however long it takes.
   */
  readonly answerMs?: number | undefined
}

/** After so many ms the server ends a transaction that nobody goes on with. Longer than a lease. */
const idleInTransactionMs = 5_000

/**
 * How long a node waits for an answer: packets may vanish without a word, and TCP notices after minutes. Longer than
 * a transaction may idle, so that who waits for the rows of one that hangs gets them.
 */
export const nodeAnswerMs = 8_000

/**
 * Throws RoomError `database.locked` with `{ pid }` while another process has the data directory, and
 * what the server says when it cannot be reached. PGlite runs in a thread of its own, is vacuumed on a
 * timer, and survives kill -9, but not a power failure: it never fsyncs.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, poolSize, answerMs } = options
  if (url !== undefined) {
    const config = ofServer(url, poolSize ?? 10, answerMs)
    const database = databaseOver('postgres', async () => config)
    await firstQuery(database)
    return { ...database, serve: (channel) => lend(channel, { dialect: 'postgres', url }) }
  }
  const host = await startPglite(options)
  const sockets = new ChannelSockets(host)
  const database = databaseOver('pglite', async () => sharedSession(sockets, poolSize))
  await firstQuery(database)
  const stop = keepTidy(database.db)
  return {
    ...database,
    serve: (channel) => lend(channel, { dialect: 'pglite' }, host),
    dump: host.dump,
    close: async () => {
      await stop()
      await database.close()
      await host.close()
    },
  }
}

/** In a child process: the parent's database, over IPC, once the parent has called `serve`. */
export function connectDatabase(channel: Channel): Database {
  const { lent, frames } = borrow(channel)
  const sockets = new ChannelSockets(frames)
  let dialect: Lent['dialect'] = 'pglite'
  const database = databaseOver(dialect, async () => {
    const from = await lent
    dialect = from.dialect
    return from.dialect === 'pglite'
      ? sharedSession(sockets, 2)
      : ofServer(from.url, 5, nodeAnswerMs)
  })
  return Object.defineProperty({ ...database }, 'dialect', { get: () => dialect, enumerable: true })
}

function ofServer(url: string, max: number, answerMs: number | undefined): pg.PoolConfig {
  return {
    connectionString: url,
    max,
    keepAlive: true,
    // A node that was stopped in the middle of a flush would keep its rooms locked for ever.
    idle_in_transaction_session_timeout: idleInTransactionMs,
    query_timeout: answerMs,
  }
}

function sharedSession(sockets: ChannelSockets, max = 4): pg.PoolConfig {
  // Kept for good: a connection costs nothing here, and its prepared statements are worth having.
  return { stream: () => sockets.create() as never, ssl: false, max, idleTimeoutMillis: 0 }
}

function databaseOver(dialect: Lent['dialect'], configure: () => Promise<pg.PoolConfig>): Database {
  const settings = configure.bind(undefined)
  let config: Promise<pg.ClientConfig> | undefined
  const configOf = () =>
    (config ??= settings().then((own) => ({
      user: 'postgres',
      application_name: 'plaza',
      types: typeParsers,
      pipeline: true,
      connectionTimeoutMillis: 15_000,
      ...own,
    })))
  const db: Db = new Kysely<Tables>({
    dialect: new PgDialect(async () => {
      const pool = new pg.Pool(await configOf())
      pool.on('error', () => undefined) // an idle connection broke; the pool has dropped it
      return pool
    }),
  })
  const notices = new Notices(async () => new pg.Client(await configOf()))
  return {
    db,
    dialect,
    listen: (channel, listener) => notices.listen(channel, listener),
    serve: () => {
      throw new TypeError('a borrowed database cannot be lent')
    },
    close: async () => {
      await notices.close()
      await db.destroy()
    },
  }
}

async function firstQuery({ db, close }: Database): Promise<void> {
  try {
    await db.connection().execute(async () => undefined)
  } catch (error) {
    await close()
    throw error
  }
}
