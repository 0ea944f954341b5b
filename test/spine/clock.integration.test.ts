import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient, type Client, type LiveRoom } from '../../sdk/index.ts'
import { openDatabase } from '../../persistence/database.ts'
import { startPlazaCluster, type PlazaCluster } from '../support/plaza-cluster.ts'
import { clusterMissing } from '../support/platforms.ts'
import { password, register, uniqueName, until } from '../support/people.ts'

const hourMs = 3_600_000
const preload = fileURLToPath(new URL('../support/shifted-clock.ts', import.meta.url))

test(
  '[CK4] nodes whose clocks are an hour off: commands, events and tokens are as on any other',
  { skip: clusterMissing, timeout: 120_000 },
  async (t) => {
    const clients: Client[] = []
    const shifts = [0, hourMs, -hourMs]
    const cluster = await startPlazaCluster(3, (index) => ({
      NODE_OPTIONS: `--import=${preload}`,
      PLAZA_TEST_CLOCK_MS: String(shifts[index]),
    }))
    t.after(async () => {
      for (const client of clients) client.close()
      await cluster.dispose()
    })
    const endpoints = cluster.nodes.map(({ endpoint }) => endpoint)
    const name = uniqueName('host')
    const host = await register(endpoints[1]!, name)
    clients.push(host)

    // A token that one node signed is good on the others, and no longer than it says.
    const session = { 'content-type': 'application/json' }
    for (const issuer of endpoints) {
      const answer = await fetch(`${issuer}/api/auth/login`, {
        method: 'POST',
        headers: session,
        body: JSON.stringify({ name, password, session: 'token' }),
      })
      const { accessToken } = (await answer.json()) as { accessToken: string }
      const claims = JSON.parse(String(Buffer.from(accessToken.split('.')[1]!, 'base64url')))
      assert.ok(Math.abs(claims.iat - Date.now() / 1_000) < 10, `issued at ${claims.iat}`)
      for (const endpoint of endpoints) {
        const headers = { authorization: `Bearer ${accessToken}` }
        assert.equal((await fetch(`${endpoint}/api/auth/sessions`, { headers })).status, 200)
      }
    }

    const { id: live } = await host.live.create({ title: 'What time is it?', category: 'music' })
    const rooms: LiveRoom[] = []
    for (const endpoint of endpoints) {
      const client = createClient({ endpoint })
      clients.push(client)
      await client.auth.login({ name, password })
      rooms.push(await client.live.join(live))
    }
    const heard = rooms.map((room) => {
      const events: { epoch: number; told: number }[] = []
      room.on('event', ({ type, epoch, at }) => {
        if (type === 'danmaku.slowed') events.push({ epoch, told: at - Date.now() })
      })
      return events
    })
    for (const room of rooms) assert.ok(Math.abs(room.now() - Date.now()) < 10_000)

    // The room moves over clocks that are an hour apart, and takes commands of everybody at once.
    let seconds = 0
    const say = async (present: readonly number[]): Promise<void> => {
      for (const index of present) {
        seconds += 1
        assert.deepEqual(await rooms[index]!.danmaku.slow(seconds), { seconds })
        await until('everybody sees it', () =>
          present.every((seat) => rooms[seat]!.view.danmaku.slowSeconds === seconds),
        )
      }
    }
    await say([0, 1, 2])
    // Whichever leads is killed, twice: each time the room has to move to a node with another clock.
    const left = new Set([0, 1, 2])
    while (left.size > 1) {
      const dead = await leaderOf(cluster, live)
      await cluster.nodes[dead]!.kill()
      rooms[dead]!.leave()
      left.delete(dead)
      await say([...left])
    }
    const [last] = left
    const epochs = new Set(heard[last!]!.map(({ epoch }) => epoch))
    assert.ok(epochs.size >= 3, `the room moved twice, by way of ${[...epochs].join()}`)
    for (const { told } of heard.flat())
      assert.ok(Math.abs(told) < 10_000, `an event is told as of ${told} ms from now`)
  },
)

/** The index of the node that leads the room, as the database has it. */
async function leaderOf({ databaseUrl, nodes }: PlazaCluster, live: string): Promise<number> {
  const database = await openDatabase({ url: databaseUrl })
  try {
    const { owner_node } = await database.db
      .selectFrom('actor')
      .select('owner_node')
      .where('room_id', '=', `live_${live}`)
      .executeTakeFirstOrThrow()
    return nodes.findIndex((_, index) => owner_node === `n${index}`)
  } finally {
    await database.close()
  }
}
