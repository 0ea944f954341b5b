import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient, type Client, type LiveRoom } from '../../sdk/index.ts'
import { startPlazaCluster } from '../support/plaza-cluster.ts'
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
    const times: number[] = []
    rooms[2]!.on('event', ({ type, at }) => {
      if (type === 'danmaku.slowed') times.push(at - Date.now())
    })
    for (const room of rooms) assert.ok(Math.abs(room.now() - Date.now()) < 10_000)

    // The room moves over clocks that are an hour apart, and takes commands of everybody at once.
    const epochs: number[] = []
    rooms[2]!.on('event', ({ epoch }) => epochs.push(epoch))
    let seconds = 0
    const say = async (from: number): Promise<void> => {
      for (const room of rooms.slice(from)) {
        seconds += 1
        assert.deepEqual(await room.danmaku.slow(seconds), { seconds })
        await until('everybody sees it', () =>
          rooms.slice(from).every(({ view }) => view.danmaku.slowSeconds === seconds),
        )
      }
    }
    // It was made on the node that is ahead: that one leads first.
    await say(0)
    for (const [dead, next] of [
      [1, [0, 2]],
      [0, [2]],
    ] as const) {
      await cluster.nodes[dead]!.kill()
      rooms[dead]!.leave()
      for (const index of next) {
        seconds += 1
        await rooms[index]!.danmaku.slow(seconds)
      }
      await until('the last node sees it', () => rooms[2]!.view.danmaku.slowSeconds === seconds)
    }
    assert.ok(new Set(epochs).size >= 3, 'the room moved twice')
    assert.ok(
      times.every((ms) => Math.abs(ms) < 10_000),
      `events are told as of ${times.join()}`,
    )
  },
)
