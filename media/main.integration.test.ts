/** The media node as a process: with the server's database or its own, killed and restarted. */

import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openerOf, postgresMissing } from '../persistence/testing/databases.ts'
import {
  endAbandoned,
  issueKey,
  recordingsOf,
  requestStop,
  streamOf,
} from '../persistence/streams.ts'
import type { Database } from '../persistence/database.ts'
import type { MediaReady } from './main.ts'
import { eventually } from './testing/media-harness.ts'
import { startTestStream, type TestStream } from './testing/test-stream.ts'

const entry = fileURLToPath(new URL('main.ts', import.meta.url))
const secret = 'ab'.repeat(32)
const folders: string[] = []
const children: ChildProcess[] = []
const publishers: TestStream[] = []
const openPglite = openerOf('pglite')
const openPostgres = openerOf('postgres')

after(async () => {
  await Promise.all(publishers.map((publisher) => publisher.kill()))
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function folder(): Promise<string> {
  folders.push(await mkdtemp(join(tmpdir(), 'plaza-media-main-')))
  return folders.at(-1)!
}

function environment(dataDir: string, more: Record<string, string> = {}) {
  return {
    PATH: process.env.PATH ?? '',
    PLAZA_SECRET_MEDIA: secret,
    PLAZA_DATA_DIR: dataDir,
    PLAZA_HOST: '127.0.0.1',
    PLAZA_RTMP_PORT: '0',
    PLAZA_MEDIA_PORT: '0',
    PLAZA_STREAM_GRACE: '15',
    PLAZA_LOG_LEVEL: 'error',
    ...more,
  }
}

/** Starts the node as the server does. */
async function startChild(database: Database, dataDir: string, more: Record<string, string> = {}) {
  const child = fork(entry, [], {
    env: environment(dataDir, more),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.push(child)
  database.serve(child)
  const ready = await new Promise<MediaReady>((resolve, reject) => {
    child.on('message', (message: unknown) => {
      if ((message as Partial<MediaReady>).type === 'media.ready') resolve(message as MediaReady)
    })
    child.once('exit', (code) => reject(new Error(`exit ${code}`)))
  })
  return { child, ...ready }
}

async function publish(rtmpPort: number, key: string): Promise<TestStream> {
  const url = `rtmp://127.0.0.1:${rtmpPort}/live/${key}`
  const publisher = await startTestStream({ url, width: 320, height: 180 })
  publishers.push(publisher)
  return publisher
}

/** The stream of a live room once a segment of its run is on disk. */
function packaged(db: Database['db'], dataDir: string, live: string, run = 0): Promise<string> {
  return eventually('a segment is on disk', async () => {
    const stream = (await streamOf(db, live))?.stream
    if (stream === undefined) return undefined
    const files = await readdir(join(dataDir, 'media', stream)).catch((): string[] => [])
    return files.includes(`${run}-00000.m4s`) && stream
  })
}

async function topics(db: Database['db'], live: string): Promise<string[]> {
  const rows = await db
    .selectFrom('outbox')
    .select('topic')
    .where('key', '=', live)
    .orderBy('seq')
    .execute()
  return rows.map(({ topic }) => topic)
}

/** Processes that have the folder in their command line. */
async function packagersOf(dataDir: string): Promise<number[]> {
  const found: number[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes(dataDir)) found.push(pid)
  }
  return found
}

test('[MD55] as a child it uses the database of its parent, and SIGTERM closes streams and recordings', async () => {
  const database = await openPglite()
  const dataDir = await folder()
  const { child, rtmpPort, mediaPort } = await startChild(database, dataDir)
  assert.equal((await fetch(`http://127.0.0.1:${mediaPort}/readyz`)).status, 200)
  await publish(rtmpPort, await issueKey(database.db, 'one'))
  const stream = await packaged(database.db, dataDir, 'one')
  await eventually('health is reported', async () => (await streamOf(database.db, 'one'))?.health)
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null])
  assert.equal(await streamOf(database.db, 'one'), undefined)
  assert.deepEqual(await topics(database.db, 'one'), [
    'stream.started',
    'stream.ended',
    'recording.ready',
  ])
  const [recording] = await recordingsOf(database.db, 'one')
  assert.ok(recording!.seconds > 1 && recording!.bytes > 10_000)
  const playlist = await readFile(join(dataDir, 'media', stream, 'media.m3u8'), 'utf8')
  assert.match(playlist, /#EXT-X-ENDLIST/)
  assert.deepEqual(await packagersOf(dataDir), [])
})

test('[MD56] after kill -9 no ffmpeg is left, and the next process continues the stream where it was', async () => {
  const database = await openPglite()
  const dataDir = await folder()
  const first = await startChild(database, dataDir)
  const key = await issueKey(database.db, 'two')
  const publisher = await publish(first.rtmpPort, key)
  const stream = await packaged(database.db, dataDir, 'two')
  assert.equal((await packagersOf(dataDir)).length, 1)
  first.child.kill('SIGKILL')
  await publisher.ended
  await eventually('ffmpeg is gone', async () => (await packagersOf(dataDir)).length === 0)
  const second = await startChild(database, dataDir)
  assert.equal((await streamOf(database.db, 'two'))?.state, 'interrupted')
  await publish(second.rtmpPort, key)
  assert.equal(await packaged(database.db, dataDir, 'two', 1), stream)
  assert.equal((await streamOf(database.db, 'two'))?.state, 'live')
  await requestStop(database.db, 'two', 'live.ended')
  const recording = await eventually(
    'the recording',
    async () => (await recordingsOf(database.db, 'two'))[0],
  )
  const playlist = await readFile(join(dataDir, 'media', recording.path, 'media.m3u8'), 'utf8')
  assert.match(playlist, /0-00000\.m4s[^]*#EXT-X-DISCONTINUITY[^]*1-00000\.m4s[^]*#EXT-X-ENDLIST/)
  assert.deepEqual(await topics(database.db, 'two'), [
    'stream.started',
    'stream.interrupted',
    'stream.resumed',
    'stream.ended',
    'recording.ready',
  ])
  const exit = once(second.child, 'exit')
  second.child.kill('SIGTERM')
  await exit
})

test('[MD57] a stream whose publisher does not return after a restart ends after the grace, with its recording', async () => {
  const database = await openPglite()
  const dataDir = await folder()
  const first = await startChild(database, dataDir)
  const publisher = await publish(first.rtmpPort, await issueKey(database.db, 'three'))
  await packaged(database.db, dataDir, 'three')
  first.child.kill('SIGKILL')
  await publisher.ended
  const second = await startChild(database, dataDir, { PLAZA_STREAM_GRACE: '1' })
  await eventually(
    'it has ended',
    async () => (await recordingsOf(database.db, 'three')).length === 1,
    30_000,
  )
  assert.equal(await streamOf(database.db, 'three'), undefined)
  const exit = once(second.child, 'exit')
  second.child.kill('SIGTERM')
  await exit
})

test('[MD74] a stream that others ended while the node was down gets its recording at the next start, once', async () => {
  const database = await openPglite()
  const dataDir = await folder()
  const first = await startChild(database, dataDir)
  const publisher = await publish(first.rtmpPort, await issueKey(database.db, 'late'))
  await packaged(database.db, dataDir, 'late')
  first.child.kill('SIGKILL')
  await publisher.ended
  assert.equal(await endAbandoned(database.db, 0, 'late'), 1)
  for (const recordings of [1, 0]) {
    const { child } = await startChild(database, dataDir)
    const made = await recordingsOf(database.db, 'late')
    assert.equal(made.length, recordings)
    if (made[0]) assert.ok(made[0].seconds > 0 && made[0].bytes > 0)
    // Somebody deletes it: it stays deleted.
    await database.db.deleteFrom('recording').execute()
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
})

test('[MD58] when its parent is gone it ends by itself, closes playlists and leaves the row to its next process', async () => {
  const database = await openPglite()
  const dataDir = await folder()
  const { child, rtmpPort } = await startChild(database, dataDir)
  await publish(rtmpPort, await issueKey(database.db, 'four'))
  const stream = await packaged(database.db, dataDir, 'four')
  const exit = once(child, 'exit')
  child.disconnect()
  assert.deepEqual(await exit, [0, null])
  assert.equal((await streamOf(database.db, 'four'))?.state, 'live')
  assert.match(
    await readFile(join(dataDir, 'media', stream, 'media.m3u8'), 'utf8'),
    /#EXT-X-ENDLIST/,
  )
})

test('[MD59] alone it works on a Postgres of its own', { skip: postgresMissing }, async () => {
  const database = await openPostgres()
  const dataDir = await folder()
  const env = environment(dataDir, { PLAZA_DATABASE_URL: database.url!, PLAZA_LOG_LEVEL: 'info' })
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let log = ''
  child.stderr.on('data', (text) => (log += String(text)))
  const port = await eventually('it is ready', () => /"rtmpPort":(\d+)/.exec(log)?.[1])
  const key = await issueKey(database.db, 'five')
  await publish(Number(port), key)
  await packaged(database.db, dataDir, 'five')
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null])
  assert.deepEqual(await topics(database.db, 'five'), [
    'stream.started',
    'stream.ended',
    'recording.ready',
  ])
  assert.ok(!log.includes(key))
})

test('[MD60] it refuses to start on a wrong configuration and names what to set', async () => {
  const wrong = { PLAZA_SECRET_MEDIA: 'short', PLAZA_RTMP_PORT: 'x' }
  for (const more of [wrong, { PLAZA_FFMPEG: '/nowhere/ffmpeg' }, {}]) {
    const env = environment(await folder(), more)
    const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (text) => (said += String(text)))
    const [code] = await once(child, 'close')
    assert.equal(code, 1)
    assert.match(said, /PLAZA_/)
    assert.ok(!said.includes('    at '), 'no stack for a mistake of the operator')
  }
})
