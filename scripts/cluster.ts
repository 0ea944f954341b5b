/** `npm run cluster`: three room nodes and a media node over local Redis and Postgres, until Ctrl-C. */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { loadSecrets } from '../server/secrets.ts'

const databaseUrl =
  process.env.PLAZA_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/plaza_cluster'
const redisUrl = process.env.PLAZA_REDIS_URL ?? 'redis://127.0.0.1:6379'
const dataDir = resolve(process.env.PLAZA_DATA_DIR ?? 'data/cluster')
const firstPort = Number(process.env.PLAZA_PORT ?? 2567)
const mediaPort = Number(process.env.PLAZA_MEDIA_PORT ?? 8000)
const rtmpPort = Number(process.env.PLAZA_RTMP_PORT ?? 1935)
const nodes = 3
/** A node that takes longer to end is ended, ms. */
const stopMs = 20_000

const root = fileURLToPath(new URL('..', import.meta.url))
const children: ChildProcess[] = []
let ending: Promise<void> | undefined

async function main(): Promise<void> {
  await createDatabase(databaseUrl)
  mkdirSync(dataDir, { recursive: true })
  const secrets = loadSecrets({ dataDir })
  const shared = {
    ...process.env,
    PLAZA_DATABASE_URL: databaseUrl,
    PLAZA_REDIS_URL: redisUrl,
    PLAZA_SECRET: process.env.PLAZA_SECRET ?? secrets.root.toString('hex'),
    PLAZA_SECRET_MEDIA: process.env.PLAZA_SECRET_MEDIA ?? secrets.media,
    PLAZA_MEDIA: 'none',
    PLAZA_MEDIA_PORT: String(mediaPort),
    PLAZA_RTMP_PORT: String(rtmpPort),
    PLAZA_DATA_DIR: dataDir,
    PLAZA_LOG_LEVEL: process.env.PLAZA_LOG_LEVEL ?? 'warn',
  }
  for (let index = 0; index < nodes; index += 1) {
    const port = firstPort + index
    const started = run(`node-${index + 1}`, 'server/main.ts', {
      ...shared,
      PLAZA_NODE_ID: `node-${index + 1}`,
      PLAZA_PORT: String(port),
      PLAZA_PUBLIC_URL: `http://localhost:${port}`,
    })
    await said(started, 'Plaza is ready') // the first one makes the tables
  }
  run('media', 'media/main.ts', mediaEnv(shared))
  const addresses = Array.from({ length: nodes }, (_, index) => firstPort + index)
  say(`The cluster is ready: ${addresses.map((port) => `http://localhost:${port}`).join('  ')}`)
  say('Ctrl-C ends it.')
}

/** Its recordings are its own. */
function mediaEnv(shared: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    PLAZA_MEDIA_URL: `http://localhost:${mediaPort}`,
    ...shared,
    PLAZA_NODE_ID: 'media-1',
    PLAZA_DATA_DIR: join(dataDir, 'media'),
  }
}

function run(name: string, file: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream! }).on('line', (line) => say(`${name.padEnd(7)}| ${line}`))
  child.once('exit', (code, signal) => {
    if (ending === undefined) say(`${name} ended (${signal ?? code}); the others go on.`)
  })
  return child
}

function said(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (bytes: Buffer) => String(bytes).includes(words) && resolve())
    child.once('exit', () => reject(new Error('A node ended before it was ready; see above.')))
  })
}

async function createDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  const server = new URL(url)
  server.pathname = '/postgres'
  const client = new pg.Client({ connectionString: server.href, connectionTimeoutMillis: 3_000 })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (!rowCount) await client.query(`create database ${pg.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

/** One after the other, so that rooms always have a node to go to. */
function end(code: number): Promise<void> {
  ending ??= (async () => {
    say('The cluster stops …')
    for (const child of children.toReversed()) await stop(child)
    process.exit(code)
  })()
  return ending
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await gone
  clearTimeout(timer)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))
try {
  await main()
} catch (error) {
  say((error as Error).message)
  await end(1)
}
