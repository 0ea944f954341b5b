import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { checkBooks } from '../../persistence/check-books.ts'
import { openDatabase } from '../../persistence/database.ts'
import { put } from '../../persistence/outbox.store.ts'
import { postgresMissing } from '../../persistence/testing/databases.ts'
import '../../persistence/journal.store.ts'
import '../../rooms/features/gift/gift.store.ts'
import { isReject, type Client, type LiveRoom } from '../../sdk/index.ts'
import { register, topUp, uniqueName, until } from '../support/people.ts'
import {
  redisServerMissing,
  startPlazaCluster,
  type PlazaCluster,
} from '../support/plaza-cluster.ts'

const skip = postgresMissing || (await redisServerMissing())

interface Stage {
  readonly cluster: PlazaCluster
  readonly live: string
  readonly host: Client
  readonly viewers: readonly Viewer[]
}

interface Viewer {
  readonly client: Client
  readonly room: LiveRoom
  /** Numbered events, as they came. */
  readonly seen: { epoch: number; seq: number; type: string; id: string | undefined }[]
  readonly statuses: string[]
  readonly gaps: boolean[]
}

/** A live room led by node 0, with a viewer on each node. */
async function prepare(t: TestContext, count: number): Promise<Stage> {
  const cluster = await startPlazaCluster(count)
  const clients: Client[] = []
  t.after(async () => {
    for (const client of clients) client.close()
    await cluster.dispose()
  })
  const host = await register(cluster.nodes[0]!.endpoint, uniqueName('host'))
  clients.push(host)
  const { id: live } = await host.live.create({ title: 'Many nodes', category: 'music' })
  await startStream(cluster.databaseUrl, live)
  await until('the live is on', async () => (await host.live.get(live)).status === 'live')
  const viewers: Viewer[] = []
  for (const { endpoint } of cluster.nodes) {
    const client = await register(endpoint, uniqueName('viewer'))
    clients.push(client)
    await topUp(client, 20_000)
    viewers.push(await watch(client, live))
  }
  return { cluster, live, host, viewers }
}

/** As a media node reports it. */
async function startStream(url: string, live: string): Promise<void> {
  const database = await openDatabase({ url })
  try {
    const payload = { live, stream: randomUUID(), at: Date.now() }
    await database.db
      .transaction()
      .execute((tx) => put(tx, [{ topic: 'stream.started', key: live, payload }]))
  } finally {
    await database.close()
  }
}

async function watch(client: Client, live: string): Promise<Viewer> {
  const room = await client.live.join(live)
  const viewer: Viewer = { client, room, seen: [], statuses: [], gaps: [] }
  room.on('event', ({ epoch, seq, type, data }) => {
    if (seq !== undefined) viewer.seen.push({ epoch, seq, type, id: data?.id })
  })
  room.on('status', (status) => viewer.statuses.push(String(status)))
  room.on('recovered', ({ gap }) => viewer.gaps.push(gap))
  await until('the viewer is online', () => room.status === 'online')
  return viewer
}

/** Gives `count` gifts one after the other, each asked again under its key until it is acknowledged. */
async function give(viewer: Viewer, count: number, acked: Set<string>): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    const key = viewer.room.newId()
    for (;;) {
      try {
        await viewer.room.gifts.send({ gift: 'heart', count: 1, key })
        acked.add(key)
        break
      } catch (error) {
        if (!isReject(error)) throw error
        const again = ['offline', 'outcome_unknown', 'room.lost', 'busy', 'draining', 'too_fast']
        if (!again.includes(error.code)) throw error
        await until('online again', () => viewer.room.status === 'online', { everyMs: 20 })
      }
    }
  }
}

const giftsOf = ({ seen }: Viewer): string[] =>
  seen.filter(({ type }) => type === 'gift.sent').map(({ seq, id }) => `${seq} ${id}`)

async function sawAll(viewer: Viewer, acked: ReadonlySet<string>): Promise<void> {
  await until('the viewer saw every gift', () => {
    const ids = new Set(viewer.seen.map(({ id }) => id))
    return [...acked].every((id) => ids.has(id))
  })
}

/** Each acknowledged gift is there once, numbers have no hole, epochs never fall, the books balance. */
async function checkDatabase(
  { cluster, live }: Stage,
  acked: ReadonlySet<string>,
): Promise<number> {
  const database = await openDatabase({ url: cluster.databaseUrl })
  try {
    assert.deepEqual(await checkBooks(database.db), [])
    const rows = await database.db.selectFrom('gift_history').select(['id', 'seq']).execute()
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), [...acked].toSorted())
    const { epoch } = await database.db
      .selectFrom('actor')
      .select('epoch')
      .where('room_id', '=', `live_${live}`)
      .executeTakeFirstOrThrow()
    return Number(epoch)
  } finally {
    await database.close()
  }
}

const limit = { skip, timeout: 300_000 }

test(
  '[CL20] kill -9 of the leader: others keep their sockets, and nothing acknowledged is lost',
  limit,
  async (t) => {
    const stage = await prepare(t, 3)
    const { cluster, viewers } = stage
    const [, b, c] = viewers
    const acked = new Set<string>()
    await give(b!, 10, acked)
    const giving = Promise.all([give(b!, 60, acked), give(c!, 60, acked)])
    await until('the burst is under way', () => acked.size > 40, { everyMs: 5 })
    const epochs = (): number[] => b!.seen.map(({ epoch }) => epoch)
    const before = Math.max(...epochs())
    const killedAt = performance.now()
    await cluster.nodes[0]!.kill()
    await until('the room goes on', () => Math.max(...epochs()) > before, { everyMs: 5 })
    t.diagnostic(`an event ${Math.round(performance.now() - killedAt)} ms after the kill`)
    await giving
    await Promise.all([b!, c!].map((viewer) => sawAll(viewer, acked)))
    assert.deepEqual(giftsOf(b!), giftsOf(c!))
    for (const viewer of [b!, c!]) {
      assert.deepEqual(
        viewer.statuses.filter((status) => status === 'reconnecting'),
        [],
      )
      const seqs = viewer.seen.map(({ seq }) => seq)
      assert.deepEqual(
        seqs,
        seqs.map((_, index) => seqs[0]! + index),
      )
    }
    await checkDatabase(stage, acked)
  },
)

test('[CL21] a leader that was paused beyond its lease writes nothing more', limit, async (t) => {
  const stage = await prepare(t, 2)
  const { cluster, viewers } = stage
  const [a, b] = viewers
  const acked = new Set<string>()
  await Promise.all([give(a!, 10, acked), give(b!, 10, acked)])
  const before = Math.max(...b!.seen.map(({ epoch }) => epoch))
  process.kill(cluster.nodes[0]!.pid!, 'SIGSTOP')
  // Asked of the paused leader: it may still try to write them when it wakes.
  const late = give(a!, 5, acked)
  await give(b!, 5, acked)
  await until(
    'it is told that another node leads',
    () => Math.max(...b!.seen.map(({ epoch }) => epoch)) > before,
  )
  process.kill(cluster.nodes[0]!.pid!, 'SIGCONT')
  await late
  await Promise.all([give(a!, 5, acked), give(b!, 5, acked)])
  await Promise.all([a!, b!].map((viewer) => sawAll(viewer, acked)))
  assert.deepEqual(giftsOf(a!), giftsOf(b!))
  await checkDatabase(stage, acked)
})

test('[CL22] SIGTERM of the leader loses nothing and nobody', limit, async (t) => {
  const stage = await prepare(t, 2)
  const { cluster, viewers } = stage
  const b = viewers[1]!
  const acked = new Set<string>()
  const giving = give(b, 80, acked)
  await until('the burst is under way', () => acked.size > 20, { everyMs: 5 })
  await cluster.nodes[0]!.stop()
  await giving
  await sawAll(b, acked)
  assert.deepEqual(
    b.statuses.filter((status) => status === 'reconnecting'),
    [],
  )
  assert.deepEqual(b.gaps, [])
  await checkDatabase(stage, acked)
})

test(
  '[CL23] [CL24] FLUSHALL on Redis makes no second owner, and viewers of all nodes are counted',
  limit,
  async (t) => {
    const stage = await prepare(t, 2)
    const { cluster, viewers } = stage
    for (const { room } of viewers)
      await until('both viewers are counted', () => room.view.audience.count === 2)
    const acked = new Set<string>()
    const giving = Promise.all(viewers.map((viewer) => give(viewer, 40, acked)))
    await until('the burst is under way', () => acked.size > 20, { everyMs: 5 })
    const epochs = (): Set<number> =>
      new Set(viewers.flatMap(({ seen }) => seen.map((e) => e.epoch)))
    const before = epochs()
    await cluster.redis.flushall()
    await giving
    await Promise.all(viewers.map((viewer) => sawAll(viewer, acked)))
    assert.deepEqual(epochs(), before)
    assert.deepEqual(giftsOf(viewers[0]!), giftsOf(viewers[1]!))
    await checkDatabase(stage, acked)
  },
)
