import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestStream, type TestStream } from '../../media/testing/test-stream.ts'
import { checkBooks } from '../../persistence/check-books.ts'
import '../../rooms/features/gift/gift.store.ts'
import { isReject, type Client, type LiveRoom } from '../../sdk/index.ts'
import { platformsAndPostgres } from '../support/platforms.ts'
import { register, topUp, uniqueName, until } from '../support/people.ts'

const people = 8
const giftsEach = 625 // 5,000 gifts and as many danmaku
const inFlightEach = 25

for (const kind of platformsAndPostgres)
  test(
    `[SP2] [SP4] kill -9 in a burst of gifts and danmaku on ${kind.name}`,
    { skip: kind.skip },
    async (t) => {
      const server = await kind.start()
      let stream: TestStream | undefined
      const clients: Client[] = []
      t.after(async () => {
        for (const client of clients) client.close()
        await stream?.stop()
        await server.dispose()
      })
      const host = await register(server.endpoint, uniqueName('host'))
      clients.push(host)
      const live = await host.live.create({ title: 'A burst', category: 'music' })
      const { rtmpUrl, key } = await host.live.rotateKey(live.id)
      const publish = () =>
        startTestStream({ url: `${rtmpUrl}/${key}`, width: 320, height: 180, videoKbps: 200 })
      stream = await publish()
      await until(
        'the stream is live',
        async () => (await host.live.get(live.id)).status === 'live',
      )

      const rooms: { room: LiveRoom; client: Client }[] = []
      for (let index = 0; index < people; index += 1) {
        const client = await register(server.endpoint, uniqueName('viewer'))
        clients.push(client)
        await topUp(client, 40_000)
        rooms.push({ client, room: await client.live.join(live.id) })
      }
      const watcher = rooms[0]!.room
      const seen: { epoch: number; seq: number; id?: string }[] = []
      const gaps: boolean[] = []
      watcher.on(
        'event',
        ({ epoch, seq, data }) => seq !== undefined && seen.push({ epoch, seq, id: data?.id }),
      )
      watcher.on('recovered', ({ gap }) => gaps.push(gap))

      const acked = new Map<string, number>()
      const refused = new Map<string, string>()
      let lines = 0
      const burst = Promise.all(
        rooms.map(async ({ room }) => {
          const one = async (): Promise<void> => {
            const id = room.newId()
            room.danmaku.send(`line ${id}`).acked.then(
              () => (lines += 1),
              () => undefined,
            )
            for (;;) {
              try {
                const { amount } = await room.gifts.send({ gift: 'heart', count: 1, key: id })
                return void acked.set(id, amount)
              } catch (error) {
                // Not online, or no answer came: the same key asks again.
                if (!isReject(error)) throw error
                const again = [
                  'offline',
                  'outcome_unknown',
                  'room.lost',
                  'busy',
                  'rate_limited',
                  'too_fast',
                ]
                if (!again.includes(error.code)) return void refused.set(id, error.code)
                await until('the room is online again', () => room.status === 'online', {
                  everyMs: 20,
                  withinMs: 150_000,
                })
              }
            }
          }
          for (let sent = 0; sent < giftsEach; sent += inFlightEach) {
            await Promise.all(Array.from({ length: inFlightEach }, one))
            // Who is away for more than a thousand events gets a fresh view instead; not the subject here.
            await until('the watcher is back', () => watcher.status === 'online', {
              everyMs: 20,
              withinMs: 150_000,
            })
          }
        }),
      )
      const quarter = (people * giftsEach) / 4
      for (let kill = 1; kill <= 2; kill += 1) {
        await until('part of the burst is through', () => acked.size >= quarter * kill, {
          everyMs: 5,
          withinMs: 150_000,
        })
        await server.kill()
        await server.start()
        await stream.stop()
        stream = await publish() // an encoder comes back by itself
      }
      await burst
      await until('both returns are told', () => gaps.length >= 2)
      assert.deepEqual(gaps, [false, false], 'both returns went on without a gap')
      const position = await until('the watcher has seen every gift', () => {
        const gifts = new Set(seen.map(({ id }) => id))
        return [...acked.keys()].every((id) => gifts.has(id)) ? seen.at(-1) : undefined
      })

      assert.deepEqual([...new Set(refused.values())], [], 'nothing was refused')
      assert.equal(acked.size, people * giftsEach)
      assert.deepEqual(
        seen.map(({ seq }) => seq),
        seen.map((_, index) => seen[0]!.seq + index),
        'one number after the other',
      )
      assert.ok(position.epoch >= 3, 'each restart took the next epoch')
      const total = acked.size * 5
      const { earnings } = await until('the wallet answers', () => host.wallet.get())
      const share = acked.size * Math.floor((5 * 70) / 100)
      assert.equal(earnings.total, share)
      assert.equal(watcher.view.gift.coins, total)
      for (const { client } of rooms) {
        assert.equal((await client.wallet.get()).balance, 40_000 - giftsEach * 5)
      }
      assert.ok(lines > 0, 'danmaku were said meanwhile')
      t.diagnostic(`${acked.size} gifts acknowledged over two kills, ${lines} danmaku`)

      await server.stop()
      const database = await server.openDatabase()
      try {
        assert.deepEqual(await checkBooks(database.db), [])
        const rows = await database.db.selectFrom('gift_history').select(['id', 'seq']).execute()
        assert.equal(rows.length, acked.size)
        assert.ok(
          rows.every(({ id }) => acked.has(id)),
          'each gift once, and none that nobody sent',
        )
      } finally {
        await database.close()
      }
    },
  )
