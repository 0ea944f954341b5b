import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeRoom } from './testing/fake-room.ts'
import { createClient } from './create-client.ts'
import { fakePlatform } from './testing/fake-platform.ts'
import { seededRandom } from './testing/seeded-random.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

/** One history under one seed: a server that commits, breaks, repeats, overtakes and crashes. */
async function history(
  seed: number,
): Promise<{ folded: number; gaps: number; reconnects: number }> {
  const random = seededRandom(seed)
  const chance = (p: number): boolean => random() < p
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  server.ringSize = chance(0.5) ? 5 : 1_000
  server.network.delay = () => Math.floor(random() * (chance(0.1) ? 2_000 : 40))
  server.view = () => ({ danmaku: { slowSeconds: server.log.length, recent: [] } })
  let past: [number, number, unknown][] = []
  server.tamper = (frame, send) => {
    past = [...past.slice(-4), frame]
    if (chance(0.03)) return
    if (chance(0.1)) send(past[Math.floor(random() * past.length)])
    if (chance(0.05))
      send([frame[0] - 1, frame[1], [['danmaku.slowed', { seconds: -1, by: 'zombie' }, 0]]])
    if (chance(0.05) && frame[1] > 1) {
      const from = Math.max(1, frame[1] - 3)
      send([frame[0], from, server.log.slice(from - 1, frame[1] - 1 + frame[2].length)])
    } else send(frame)
    if (chance(0.1)) send(frame)
  }
  const platform = fakePlatform({
    clock,
    seed,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  const { live } = createClient({ endpoint: 'http://plaza', platform })
  const joining = live.join('r1', { timeoutMs: 1e9 })
  let room: Awaited<typeof joining> | undefined
  void joining.then((joined) => (room = joined))
  await clock.until(() => room !== undefined)

  let at = room!.view.danmaku.slowSeconds
  let folded = 0
  let gaps = 0
  let reconnects = 0
  room!.on('recovered', ({ gap }) => {
    reconnects++
    if (!gap) return
    gaps++
    at = room!.view.danmaku.slowSeconds
  })
  room!.on('event', ({ seq, data }) => {
    assert.equal(seq, at + 1, `seed ${seed}: event ${seq} after ${at}`)
    assert.equal(data.seconds, seq, `seed ${seed}: event ${seq} is another than the server's`)
    at = seq
    folded++
  })
  for (let step = 0; step < 60; step++) {
    const count = server.log.length
    if (chance(0.8))
      server.commit(
        ...Array.from(
          { length: 1 + Math.floor(random() * 3) },
          (_, i) => ['danmaku.slowed', { seconds: count + i + 1, by: 'u_host' }] as const,
        ),
      )
    if (chance(0.05)) server.joined[0]?.cut()
    if (chance(0.03)) server.joined[0]?.hang()
    if (chance(0.03)) server.crash()
    if (chance(0.03)) platform.network(false)
    if (chance(0.2)) platform.network(true)
    if (chance(0.1)) platform.visible()
    await clock.advance(Math.floor(random() * (chance(0.1) ? 20_000 : 100)))
  }
  server.tamper = (frame, send) => send(frame)
  platform.network(true)
  server.joined.at(-1)?.cut()
  await clock.until(() => room!.status === 'online' && at === server.log.length)
  assert.equal(room!.view.danmaku.slowSeconds, server.log.length, `seed ${seed}: the view`)
  room!.leave()
  return { folded, gaps, reconnects }
}

test('[SD1] whatever happens on the way, must events are folded in order, or a gap is told', async () => {
  const sum = { folded: 0, gaps: 0, reconnects: 0 }
  for (let seed = 1; seed <= 60; seed++) {
    const one = await history(seed)
    sum.folded += one.folded
    sum.gaps += one.gaps
    sum.reconnects += one.reconnects
  }
  // The histories did meet what they are about.
  assert.ok(sum.folded > 1_000 && sum.gaps > 10 && sum.reconnects > 100, JSON.stringify(sum))
})
