import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  createClient,
  isReject,
  type Client,
  type LiveRoom,
  type RoomStatus,
} from '../../sdk/index.ts'
import { platforms, type Platform, type PlatformKind } from '../support/platforms.ts'

const password = 'a long enough passphrase'

for (const kind of platforms) describe(`on ${kind.name}`, { skip: kind.skip }, () => suite(kind))

function suite(kind: PlatformKind): void {
  let plaza: Platform
  let host: Client
  let live: string
  const clients: Client[] = []

  before(async () => {
    plaza = await kind.start({ PLAZA_MEDIA: 'none' })
    host = client()
    await host.auth.register({ name: 'host_lin', password })
    live = (await host.live.create({ title: '深夜点歌台', category: 'music' })).id
  })

  after(async () => {
    for (const made of clients) made.close()
    await plaza?.dispose()
  })

  function client(): Client {
    const made = createClient({ endpoint: plaza.endpoint })
    clients.push(made)
    return made
  }

  for (const [how, end] of [
    ['kill -9', (): Promise<void> => plaza.kill()],
    ['a graceful stop', (): Promise<void> => plaza.stop()],
  ] as const)
    test(`[SD1] over ${how} and a restart every must event is folded once, in order`, async () => {
      const stage = await host.live.join(live)
      const watching = await client().live.join(live)
      const seconds: number[] = []
      const seqs: (number | undefined)[] = []
      const recovered: unknown[] = []
      watching.on('event', ({ type, data, seq }) => {
        if (type === 'danmaku.slowed') seconds.push(data.seconds)
        if (seq !== undefined) seqs.push(seq)
      })
      watching.on('recovered', (how) => recovered.push(how))
      const start = watching.view.danmaku.slowSeconds
      const slow = (n: number): Promise<unknown> => stage.danmaku.slow(((start + n) % 100) + 1)
      for (let n = 0; n < 5; n++) await slow(n)
      // Under way when the server ends, and asked while it is away: each takes effect once.
      const pending = [slow(5), slow(6)]
      for (const one of pending) one.catch(() => {})
      await end()
      // The process is gone; that its socket is gone too is heard a moment later.
      await become(stage, (status) => status !== 'online')
      await assert.rejects(stage.gifts.send({ gift: 'heart' }), (e) => isReject(e, 'offline'))
      const line = stage.danmaku.send('还在吗')
      assert.equal(line.status, 'queued')
      await plaza.start()
      await Promise.all([online(stage), online(watching)])
      const answers = await Promise.allSettled(pending)
      for (const answer of answers)
        if (answer.status === 'rejected') assert.ok(isReject(answer.reason), String(answer.reason))
      for (let n = 7; n < 10; n++) await slow(n)
      const done = answers.flatMap(({ status }, i) => (status === 'fulfilled' ? [5 + i] : []))
      const expected = [0, 1, 2, 3, 4, ...done, 7, 8, 9].map((n) => ((start + n) % 100) + 1)
      await new Promise<void>((resolve) => {
        if (seconds.includes(expected.at(-1)!)) return resolve()
        const stop = watching.on('event', () => {
          if (!seconds.includes(expected.at(-1)!)) return
          stop()
          resolve()
        })
      })
      assert.deepEqual(seconds, expected)
      assert.deepEqual(
        seqs,
        seqs.map((_, i) => seqs[0]! + i),
      )
      // On its way out it may have stopped at a node that ended a little later.
      assert.ok(recovered.length >= 1)
      for (const { gap } of recovered as { gap: boolean }[]) assert.equal(gap, false)
      assert.equal(watching.view.danmaku.slowSeconds, expected.at(-1))
      stage.leave()
      watching.leave()
    })
}

function become(room: LiveRoom, fits: (status: RoomStatus) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (fits(room.status)) return resolve()
    const stop = room.on('status', (status) => {
      if (!fits(status)) return
      stop()
      resolve()
    })
  })
}

const online = (room: LiveRoom): Promise<void> => become(room, (status) => status === 'online')
