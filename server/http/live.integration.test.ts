import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import { verifyPlayback } from '../../persistence/playback-token.ts'
import { issueKey, verifyKey } from '../../persistence/streams.ts'
import type { Db } from '../../persistence/tables.ts'
import { forEachDatabase } from '../../persistence/testing/databases.ts'
import { serviceMigrations } from '../services.ts'
import { createTestServer, type TestServer } from '../testing/test-server.ts'

const mediaSecret = 'ab'.repeat(32)

forEachDatabase((open) => {
  let db: Db
  let server: TestServer
  before(async () => {
    db = (await open([persistenceMigrations, serviceMigrations])).db
    server = createTestServer({ db, env: { PLAZA_SECRET_MEDIA: mediaSecret } })
  })

  const host = async (input: object = {}) => {
    const user = await server.user()
    const answer = await server.call('POST', '/api/live', {
      token: user.token,
      body: { title: 'Evening songs', category: 'music', ...input },
    })
    assert.equal(answer.status, 201, answer.text)
    return { ...user, live: answer.body, id: answer.body.id as string }
  }
  const event = (id: string, seq: number, topic: string, data: object) =>
    server.services.projector.apply({ topic, payload: { room: `live_${id}`, seq, at: seq, data } })
  const onAir = async (id: string, seq = 2): Promise<void> =>
    event(id, seq, 'live.started', {
      status: 'live',
      startedAt: 1_800_000_000_000,
      stream: 's1',
      session: 'x',
    })
  const stream = async (
    live: string,
    id: string,
    state: 'live' | 'ended' = 'live',
  ): Promise<void> => {
    const verified = await verifyKey(db, await issueKey(db, live))
    await db
      .insertInto('stream')
      .values({
        id,
        live,
        key_id: verified!.keyId,
        node: 'm1',
        incarnation: 'i1',
        address: '',
        state,
        started_at: new Date(1_800_000_000_000),
        interrupted_at: null,
        ended_at: state === 'ended' ? new Date() : null,
        reason: null,
        stop_requested: null,
        video: JSON.stringify({ codec: 'h264', width: 1280, height: 720 }),
        health: JSON.stringify({ bitrate: 2500, fps: 30, keyframeSeconds: 2 }),
        health_at: new Date(1_800_000_002_000),
      })
      .execute()
  }

  describe('making and changing', () => {
    test('[CD1] a user makes one live room; the room hears who its host is', async () => {
      const mia = await host({ title: ' Evening \u202E songs ' })
      assert.deepEqual(
        [mia.live.title, mia.live.status, mia.live.viewers],
        ['Evening songs', 'idle', 0],
      )
      assert.equal(mia.live.room, `live_${mia.id}`)
      const created = server.rooms.asked.find((a) => a.room === mia.live.room)!
      assert.equal(created.command, 'live.create')
      assert.deepEqual(created.input.host, { id: mia.me.id, name: mia.me.displayName })
      assert.deepEqual(created.asker.roles, ['system'])
      const second = await server.call('POST', '/api/live', {
        token: mia.token,
        body: { title: 'x', category: 'music' },
      })
      assert.deepEqual(
        [second.status, second.body.code, second.body.data.id],
        [409, 'live.exists', mia.id],
      )
    })

    test('[CD1] of two at once one room remains', async () => {
      const { token, me } = await server.user()
      const both = await Promise.all(
        ['a', 'b'].map((title) =>
          server.call('POST', '/api/live', { token, body: { title, category: 'chat' } }),
        ),
      )
      assert.ok(both.some(({ status }) => status === 201))
      const rows = await db
        .selectFrom('live_room')
        .select('id')
        .where('owner_id', '=', me.id)
        .execute()
      assert.equal(rows.length, 1)
    })

    test('[CD2] a room whose answer was lost is made by the next try, with what that one wants', async () => {
      const { token } = await server.user()
      const create = (title: string) =>
        server.call('POST', '/api/live', { token, body: { title, category: 'chat' } })
      server.rooms.fail = new Error('connection lost')
      assert.equal((await create('first')).status, 500)
      assert.equal((await server.call('GET', '/api/live/mine', { token })).status, 404)
      const again = await create('second')
      assert.deepEqual([again.status, again.body.title], [201, 'second'])
      assert.equal((await server.call('GET', `/api/live/${again.body.id}`)).body.title, 'second')
    })

    test('[CD3] only the host changes a room or takes its key', async () => {
      const mia = await host()
      const tom = await server.user()
      const change = (token: string, body: object, id = mia.id) =>
        server.call('PATCH', `/api/live/${id}`, { token, body })
      assert.deepEqual((await change(tom.token, { title: 'mine' })).body.code, 'forbidden')
      assert.equal(
        (await change(mia.token, { title: '新标题', category: 'games' })).body.title,
        '新标题',
      )
      assert.equal((await server.call('GET', `/api/live/${mia.id}`)).body.category, 'games')
      assert.equal((await change(mia.token, {}, 'zzzzzzzzzz')).status, 404)
      const asked = server.rooms.asked.length
      const key = await server.call('POST', `/api/live/${mia.id}/key`, { token: tom.token })
      assert.deepEqual([key.status, key.body.code], [403, 'forbidden'])
      assert.equal(server.rooms.asked.length, asked, 'the room was not even asked')
    })

    test('[CD3] titles, categories and covers out of bounds are refused', async () => {
      const mia = await host()
      for (const bad of [
        { title: '' },
        { title: '\u200B \u202E' },
        { title: '题'.repeat(61) },
        { title: 'x'.repeat(100_000) },
        { title: 1 },
        { category: 'nothing' },
        { category: "music' or 1=1" },
        { cover: 'https://evil.example/x.webp' },
        { cover: '/uploads/../secrets.json' },
        { status: 'live' },
        { viewers: 1_000_000 },
        { owner: 'u_000000000000' },
      ]) {
        const answer = await server.call('PATCH', `/api/live/${mia.id}`, {
          token: mia.token,
          body: bad,
        })
        assert.ok(
          ['invalid', 'too_large'].includes(answer.body.code),
          JSON.stringify(bad).slice(0, 50),
        )
      }
      assert.equal((await server.call('GET', `/api/live/${mia.id}`)).body.title, 'Evening songs')
    })

    test('[CD4] a stream key is told once and works until the next one', async () => {
      const mia = await host()
      const mine = async () =>
        (await server.call('GET', '/api/live/mine', { token: mia.token })).body
      assert.deepEqual(
        [(await mine()).hasKey, (await mine()).rtmpUrl],
        [false, 'rtmp://plaza.test/live'],
      )
      const take = async () =>
        (await server.call('POST', `/api/live/${mia.id}/key`, { token: mia.token })).body.key
      const [first, second] = [await take(), await take()]
      assert.equal(await verifyKey(db, first), undefined)
      assert.equal((await verifyKey(db, second))?.live, mia.id)
      assert.equal((await mine()).hasKey, true)
      assert.ok(!JSON.stringify(await mine()).includes(second))
      assert.ok(!server.log.join('').includes(second))
    })
  })

  describe('the directory', () => {
    test('[CD5] rooms on air come the hottest first, in pages without repetition', async () => {
      const rooms = await Promise.all([10, 500, 10, 9_000, 0].map(() => host({ category: 'art' })))
      for (const [i, { id }] of rooms.entries()) if (i < 4) await onAir(id)
      await server.services.projector.viewers(
        new Map(rooms.map(({ id }, i) => [`live_${id}`, [10, 500, 10, 9_000, 7_000][i]!])),
      )
      const seen: string[] = []
      const viewers: number[] = []
      for (let next = ''; ;) {
        const page = (await server.call('GET', `/api/live?category=art&limit=2${next}`)).body
        seen.push(...page.items.map((c: any) => c.id))
        viewers.push(...page.items.map((c: any) => c.viewers))
        assert.ok(page.items.length <= 2)
        if (page.next === undefined) break
        next = `&cursor=${page.next}`
      }
      assert.deepEqual(viewers, [9_000, 500, 10, 10])
      assert.equal(new Set(seen).size, 4)
      const forged = Buffer.from('[1,"x",{}]').toString('base64url')
      for (const query of [
        'cursor=!',
        'cursor=abc',
        `cursor=${forged}`,
        'limit=0',
        'limit=9999',
        'category=x',
        'order=id',
        'q=a&q=b',
      ])
        assert.equal((await server.call('GET', `/api/live?${query}`)).body.code, 'invalid', query)
    })

    test('[CD6] search finds titles and hosts, also off air, and takes signs as they are', async () => {
      const mia = await host({ title: '100% 手工_制作' })
      const find = async (q: string): Promise<string[]> =>
        (await server.call('GET', `/api/live?q=${encodeURIComponent(q)}`)).body.items.map(
          (c: any) => c.id,
        )
      assert.deepEqual(await find('手工'), [mia.id])
      assert.deepEqual(await find('100% 手'), [mia.id])
      assert.deepEqual(await find('工_制'), [mia.id])
      assert.ok((await find(mia.me.displayName)).includes(mia.id))
      for (const none of ['手%制', '1__% 手', "'; drop table live_room; --", '\\'])
        assert.deepEqual(await find(none), [], none)
      const all = await server.call('GET', '/api/live?q=')
      assert.ok(all.body.items.every((c: any) => c.status === 'live'))
    })

    test('[CD7] the directory follows the room; repeated and late events change nothing', async () => {
      const mia = await host()
      const card = async () => (await server.call('GET', `/api/live/${mia.id}`)).body
      await onAir(mia.id, 2)
      assert.deepEqual(
        [(await card()).status, (await card()).startedAt],
        ['live', '2027-01-15T08:00:00.000Z'],
      )
      await event(mia.id, 3, 'live.interrupted', { status: 'interrupted', until: 1 })
      await event(mia.id, 5, 'live.changed', { title: 'New', category: 'chat', host: {} })
      await event(mia.id, 3, 'live.interrupted', { status: 'interrupted', until: 1 })
      await event(mia.id, 4, 'live.resumed', { status: 'live' })
      assert.deepEqual([(await card()).status, (await card()).title], ['interrupted', 'New'])
      await event(mia.id, 6, 'live.resumed', { status: 'live' })
      assert.equal((await card()).status, 'live')
      await server.services.projector.viewers(
        new Map([
          [mia.live.room, 12],
          ['live_unknown', 3],
          ['dm_a_b', 1],
        ]),
      )
      assert.equal((await card()).viewers, 12)
      await event(mia.id, 7, 'live.ended', { status: 'ended', reason: 'stream', stream: 's1' })
      assert.deepEqual(
        [(await card()).status, (await card()).viewers, (await card()).startedAt],
        ['ended', 0, undefined],
      )
    })

    test('[CD8] what a host ends and a moderator suspends is stopped at the media node', async () => {
      const stopOf = async (id: string) =>
        (
          await db
            .selectFrom('stream')
            .select('stop_requested')
            .where('id', '=', id)
            .executeTakeFirstOrThrow()
        ).stop_requested
      const [ended, suspended, later] = [await host(), await host(), await host()]
      await stream(ended.id, 'stream-ended')
      await stream(suspended.id, 'stream-suspended')
      await stream(later.id, 'stream-second')
      await event(ended.id, 9, 'live.ended', {
        status: 'ended',
        reason: 'host',
        stream: 'stream-ended',
      })
      await event(suspended.id, 9, 'live.suspended', { status: 'suspended', reason: 'x', by: 'u' })
      await event(later.id, 9, 'live.ended', {
        status: 'ended',
        reason: 'host',
        stream: 'stream-first',
      })
      assert.equal(await stopOf('stream-ended'), 'live.ended')
      assert.equal(await stopOf('stream-suspended'), 'live.suspended')
      assert.equal(await stopOf('stream-second'), null)
      const list = await server.call(
        'GET',
        `/api/live?q=${encodeURIComponent(suspended.me.displayName)}`,
      )
      assert.deepEqual(list.body.items, [])
    })
  })

  describe('the picture', () => {
    test('[CD9] playback addresses are signed for the stream on air and expire', async () => {
      const mia = await host()
      const playback = async () => (await server.call('GET', `/api/live/${mia.id}/playback`)).body
      assert.deepEqual(Object.keys(await playback()).sort(), ['expiresAt', 'status'])
      await stream(mia.id, 'stream-9')
      await onAir(mia.id)
      const { flv, hls, status } = await playback()
      assert.equal(status, 'live')
      const flvUrl = new URL(flv)
      assert.equal(flvUrl.origin + flvUrl.pathname, 'http://plaza.test:8000/flv/stream-9.flv')
      const now = server.clock.now
      const claims = verifyPlayback(mediaSecret, flvUrl.searchParams.get('t')!, now)
      assert.deepEqual([claims.act, claims.name, claims.live], ['flv', 'stream-9', mia.id])
      const [, , token, name, file] = new URL(hls).pathname.split('/')
      assert.deepEqual(
        [verifyPlayback(mediaSecret, token!, now).act, name, file],
        ['hls', 'stream-9', 'index.m3u8'],
      )
      assert.throws(
        () => verifyPlayback(mediaSecret, flvUrl.searchParams.get('t')!, now + 3_600_000),
        { code: 'playback.expired' },
      )
      await event(mia.id, 9, 'live.suspended', { status: 'suspended' })
      assert.equal((await playback()).flv, undefined)
      assert.equal((await server.call('GET', '/api/live/zzzzzzzzzz/playback')).status, 404)
    })

    test('[CD9] the host sees what comes in', async () => {
      const mia = await host()
      await stream(mia.id, 'stream-health')
      const { stream: seen } = (await server.call('GET', '/api/live/mine', { token: mia.token }))
        .body
      assert.deepEqual(seen, {
        state: 'live',
        startedAt: '2027-01-15T08:00:00.000Z',
        health: {
          at: '2027-01-15T08:00:02.000Z',
          bitrate: 2500,
          fps: 30,
          keyframeSeconds: 2,
          width: 1280,
          height: 720,
          codec: 'h264',
        },
      })
    })

    test('[CD10] recordings are listed newest first, each with a signed address', async () => {
      const mia = await host()
      await stream(mia.id, 'stream-rec', 'ended')
      for (const [i, id] of ['rec-old', 'rec-new'].entries())
        await db
          .insertInto('recording')
          .values({
            id,
            live: mia.id,
            stream: 'stream-rec',
            path: 'x/y',
            seconds: 61.5,
            bytes: 1000,
            created_at: new Date(1_800_000_000_000 + i),
          })
          .execute()
      const list = (await server.call('GET', `/api/live/${mia.id}/replays`)).body
      assert.deepEqual(
        list.map((r: any) => r.id),
        ['rec-new', 'rec-old'],
      )
      assert.ok(!JSON.stringify(list).includes('x/y'))
      const one = (await server.call('GET', '/api/replays/rec-new')).body
      const [, , token] = new URL(one.hls).pathname.split('/')
      assert.deepEqual(verifyPlayback(mediaSecret, token!, server.clock.now).name, 'rec-new')
      assert.equal((await server.call('GET', '/api/replays/nothing')).status, 404)
      assert.equal((await server.call('GET', '/api/replays/..%2f..%2fetc')).status, 400)
      await event(mia.id, 9, 'live.suspended', { status: 'suspended' })
      assert.equal((await server.call('GET', '/api/replays/rec-new')).status, 404)
    })
  })

  describe('seats', () => {
    test('[HT17] a seat is for whoever asks: a user with its session, or a guest who is nobody', async () => {
      const mia = await host()
      const seat = await server.call('POST', `/api/rooms/${mia.live.room}/seat`, {
        token: mia.token,
        body: {},
      })
      assert.equal(seat.body.socketUrl, `ws://plaza.test/p1/${mia.live.room}?sessionId=ticket`)
      const own = server.seats.issued.at(-1)!
      assert.deepEqual([own.asker.id, own.asker.roles], [mia.me.id, ['user']])
      assert.ok(own.session)
      assert.equal((own.asker as any).session, undefined)
      await server.call('POST', `/api/rooms/${mia.live.room}/seat`)
      const guest = server.seats.issued.at(-1)!
      assert.deepEqual([guest.asker.roles, guest.session], [['guest'], undefined])
      assert.match(guest.asker.id, /^g_/)
    })

    test('[HT21] a plain request is answered as the route of the API does', async () => {
      const mia = await host()
      const plain = async (path: string, headers: Record<string, string>) => {
        const answer = await server.handler.brief({
          method: 'POST',
          path,
          ip: '203.0.113.5',
          header: (name) => headers[name] ?? '',
        })
        return answer && [answer.status, JSON.parse(answer.body), sorted(answer.headers)]
      }
      const routed = async (path: string, headers: Record<string, string>) => {
        const { status, body, headers: sent } = await server.call('POST', path, { headers })
        return [status, body, sorted(sent)]
      }
      const sorted = (headers: Iterable<readonly [string, string]>) =>
        [...headers].map((header) => header.join(': ')).sort()
      const room = `/api/rooms/${mia.live.room}/seat`
      const own = { host: 'plaza.test' }
      for (const [path, headers, status] of [
        [room, own, 200],
        [room, { ...own, authorization: `Bearer ${mia.token}` }, 200],
        [room, { ...own, authorization: 'Bearer x.y.z' }, 401],
        [room, { ...own, authorization: 'Basic x' }, 401],
        [room, { ...own, origin: 'http://evil.test' }, 200],
        ['/api/rooms/live_zzzzzzzzzz/seat', own, 404],
        ['/api/rooms/dm_a_b/seat', own, 401],
      ] as const) {
        const answer = await plain(path, headers)
        assert.deepEqual(answer, await routed(path, headers), path)
        assert.equal(answer?.[0], status)
      }
      for (const path of ['/api/rooms/admin_1/seat', '/api/rooms/live_..%2f/seat', '/api/nodes']) {
        assert.equal(await plain(path, own), undefined)
      }
    })

    test('[HT17] rooms that nobody made, and keys that are none, open nothing', async () => {
      const issued = server.seats.issued.length
      for (const [key, status] of [
        ['live_zzzzzzzzzz', 404],
        ['live_', 400],
        ['live_..%2f', 400],
        ['admin_1', 400],
        [`live_${'z'.repeat(200)}`, 400],
        ['dm_a_b', 401],
        ['user_u_1', 401],
      ] as const)
        assert.equal((await server.call('POST', `/api/rooms/${key}/seat`)).status, status, key)
      const mia = await host()
      const expired = await server.call('POST', `/api/rooms/${mia.live.room}/seat`, {
        token: 'x.y.z',
      })
      assert.equal(expired.status, 401, 'a bad token does not make a guest')
      assert.equal(
        (
          await server.call('POST', `/api/rooms/${mia.live.room}/seat`, {
            body: { roles: ['admin'] },
          })
        ).status,
        400,
      )
      assert.equal(server.seats.issued.length, issued)
    })
  })
})
