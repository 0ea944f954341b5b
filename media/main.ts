/** Starts a media node: as a child of the server, with its database, or alone with one of its own. */

import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import {
  connectDatabase,
  nodeAnswerMs,
  openDatabase,
  type Database,
} from '../persistence/database.ts'
import { RoomError } from '../engine/kernel/room-error.ts'
import { readConfig, type MediaConfig } from './config.ts'
import { MediaNode } from './media-node.ts'
import { findFfmpeg } from './packager/ffmpeg.ts'
import { SqlStreamStore } from './sql-stream-store.ts'

/** Sent to the parent once the ports are open. */
export interface MediaReady {
  readonly type: 'media.ready'
  readonly rtmpPort: number
  readonly mediaPort: number
}

/** A stop that takes longer is cut off: what stayed open is taken over at the next start. */
const stopMs = 20_000
const releaseMs = 3_000

try {
  await main()
} catch (error) {
  const known = error instanceof RoomError
  process.stderr.write(`media node: ${known ? error.message : (error as Error).stack}\n`)
  process.exit(1)
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = pino({ level: config.logLevel, name: 'media' }, pino.destination(2))
  const ffmpeg = await findFfmpeg(config.ffmpeg)
  if (ffmpeg.from === 'bundled') {
    log.warn('using the npm-packaged ffmpeg of 2018; install a current one or set PLAZA_FFMPEG')
  }
  const database = await openOwnOrParents(config)
  const identity = {
    node: config.nodeId ?? (await keptNodeId(config.dataDir)),
    incarnation: randomUUID(),
    address: config.mediaUrl,
  }
  const store = new SqlStreamStore(database.db, identity)
  const node = new MediaNode({ config, store, ffmpeg: ffmpeg.path, log })
  stopOnDemand(async (how) => {
    log.info({ how }, 'media node stops')
    await node.stop(how)
    if (how === 'end') await database.close()
  })
  const ports = await node.start()
  log.info({ ...ports, ffmpeg: ffmpeg.version, node: identity.node }, 'media node ready')
  process.send?.({ type: 'media.ready', ...ports } satisfies MediaReady)
}

async function openOwnOrParents({ databaseUrl }: MediaConfig): Promise<Database> {
  if (process.channel) return connectDatabase(process)
  if (databaseUrl !== undefined)
    return openDatabase({ url: databaseUrl, poolSize: 5, answerMs: nodeAnswerMs })
  throw new RoomError(
    'config.invalid',
    'A media node of its own needs PLAZA_DATABASE_URL: the database of the platform.',
  )
}

/** A name that stays the same over restarts, so that a new process finds its streams again. */
async function keptNodeId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'media', 'node-id')
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (/^[\w.-]{1,64}$/.test(kept)) return kept
  const made = `media-${randomUUID().slice(0, 8)}`
  await mkdir(join(dataDir, 'media'), { recursive: true })
  await writeFile(file, made)
  return made
}

/** Stops once, on a signal or when the parent is gone; with the parent the database is gone too. */
function stopOnDemand(stop: (how: 'end' | 'release') => Promise<void>): void {
  let stopping = false
  const once = (how: 'end' | 'release') => {
    if (stopping) {
      // The database went away in mid-stop: what is not written by now is left to the next process.
      if (how === 'release') setTimeout(() => process.exit(0), releaseMs)
      return
    }
    stopping = true
    setTimeout(() => process.exit(1), stopMs).unref()
    stop(how).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', () => once('end'))
  process.on('SIGINT', () => once('end'))
  process.on('disconnect', () => once('release'))
  // A query on its way when the parent went is reported here, and would end us in mid-stop.
  process.on('error' as 'disconnect', () => {})
}
