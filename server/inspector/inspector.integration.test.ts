import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemAsker } from '../../engine/kernel/context.ts'
import type { Snapshot } from '../../engine/kernel/room-core.ts'
import { decodeState } from '../../engine/kernel/snapshot-codec.ts'
import { forEachDatabase } from '../../persistence/testing/databases.ts'
import { readConfig } from '../config.ts'
import { startServer, type RunningServer } from '../start-server.ts'
import { treeOf } from './state-tree.ts'

interface Person {
  readonly id: string
  readonly token: string
}

const password = 'a long enough passphrase'
const reason = 'a good reason'
const stranger = 'u_000000000000'

forEachDatabase((open, name) => {
  describe('the inspector', () => {
    let server: RunningServer
    let dataDir: string
    let people: Record<'user' | 'moderator' | 'admin' | 'host', Person>
    let key: string

    const call = async (
      method: string,
      path: string,
      { token, body, headers = {} }: { token?: string; body?: unknown; headers?: object } = {},
    ) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        method,
        headers: {
          ...headers,
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text ? JSON.parse(text) : undefined }
    }
    const person = async (who: string): Promise<Person> => {
      const { body } = await call('POST', '/api/auth/register', {
        body: { name: `${who}_${name}`, password, displayName: `<b>${who}</b>` },
      })
      return { id: body.user.id, token: body.accessToken }
    }
    const get = (path: string, token = people.admin.token) => call('GET', path, { token })
    const act = (action: string, body: object, token = people.admin.token, room = key) =>
      call('POST', `/api/admin/rooms/${room}/${action}`, { token, body })
    const say = (who: Person, text = 'hello') =>
      server.directory.ask(key, 'danmaku.send', { text }, asker(who))
    const asker = ({ id }: Person) => ({ id, name: id, roles: ['user'] })
    const audit = async (): Promise<any[]> =>
      (await get('/api/admin/audit?limit=100')).body.items.toReversed()

    before(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'plaza-inspector-'))
      const { url } = name === 'postgres' ? await open() : { url: undefined }
      const config = readConfig({
        PLAZA_HOST: '127.0.0.1',
        PLAZA_PORT: '0',
        PLAZA_DATA_DIR: dataDir,
        PLAZA_MEDIA: 'none',
        PLAZA_RATE_LIMITS: 'off',
        PLAZA_LOG_LEVEL: 'fatal',
        PLAZA_NODE_ID: 'node-one',
        ...(url && { PLAZA_DATABASE_URL: url }),
      })
      server = await startServer(config)
      people = {
        user: await person('user'),
        moderator: await person('moderator'),
        admin: await person('admin'),
        host: await person('host'),
      }
      await server.services.accounts.setRoles(people.admin.id, ['admin'])
      await server.services.accounts.setRoles(people.moderator.id, ['moderator'])
      const made = await call('POST', '/api/live', {
        token: people.host.token,
        body: { title: '<img src=x onerror=alert(1)>', category: 'music' },
      })
      key = made.body.room
      const stream = { stream: 's1', at: Date.now() }
      await server.directory.ask(key, 'live.streamStarted', stream, systemAsker)
    })
    after(async () => {
      await server?.stop()
      await rm(dataDir, { recursive: true, force: true })
    })

    test('[IN1] every route lets in exactly whom it should', async () => {
      const target = people.user.id
      const routes: [string, string, object | undefined, 'admin' | 'moderator', number?][] = [
        ['GET', '/api/admin/nodes', undefined, 'admin'],
        ['GET', '/api/admin/rooms', undefined, 'moderator'],
        ['GET', `/api/admin/rooms/${key}`, undefined, 'admin'],
        ['GET', `/api/admin/rooms/${key}/events`, undefined, 'admin'],
        ['GET', `/api/admin/rooms/${key}/at/1`, undefined, 'admin'],
        ['POST', `/api/admin/rooms/${key}/mute`, { user: target, seconds: 1 }, 'moderator'],
        ['POST', `/api/admin/rooms/${key}/unmute`, { user: target }, 'moderator'],
        ['POST', `/api/admin/rooms/${key}/kick`, { user: target, seconds: 0 }, 'moderator'],
        ['POST', `/api/admin/rooms/${key}/slow`, { seconds: 0 }, 'admin'],
        ['POST', `/api/admin/rooms/${key}/suspend`, {}, 'admin'],
        ['POST', `/api/admin/rooms/${key}/restore`, {}, 'admin'],
        ['POST', `/api/admin/rooms/${key}/handover`, { node: 'nowhere' }, 'admin', 404],
        ['POST', `/api/admin/rooms/${key}/watch`, {}, 'admin', 200],
        ['POST', '/api/admin/nodes/node-one/drain', {}, 'admin', 409],
        ['POST', '/api/admin/nodes/node-one/resume', {}, 'admin'],
        ['GET', '/api/admin/audit', undefined, 'admin'],
        ['GET', '/api/admin/audit/verify', undefined, 'admin'],
        ['POST', `/api/admin/rooms/${key}/close`, {}, 'admin'],
      ]
      for (const [method, path, input, least, answer] of routes) {
        const body = input && { ...input, reason }
        const status = async (token?: string) =>
          (await call(method, path, { ...(token && { token }), body })).status
        const good = answer ?? (method === 'GET' ? 200 : 204)
        assert.equal(await status(), 401, `${path} guest`)
        assert.equal(await status('not.a.token'), 401, `${path} forged`)
        assert.equal(await status(people.user.token), 403, `${path} user`)
        assert.equal(await status(people.host.token), 403, `${path} host`)
        const moderator = await status(people.moderator.token)
        assert.equal(moderator, least === 'moderator' ? good : 403, `${path} moderator`)
        assert.equal(await status(people.admin.token), good, `${path} admin`)
      }
      await server.directory.actor(key)
    })

    test('[IN1] a cookie opens nothing, so no other page can act through an admin’s browser', async () => {
      const headers = { cookie: 'plaza_refresh=anything', origin: 'https://evil.example' }
      const path = `/api/admin/rooms/${key}/close`
      assert.equal((await call('POST', path, { headers, body: { reason } })).status, 401)
      const form = await fetch(`http://127.0.0.1:${server.port}${path}?reason=abc`, { headers })
      assert.equal(form.status, 405, 'a link does nothing')
    })

    test('[IN3] nodes and rooms with their figures; search by title, host and key', async () => {
      await server.directory.actor(key)
      const nodes = (await get('/api/admin/nodes')).body
      assert.equal(nodes.length, 1)
      const [node] = nodes
      assert.deepEqual(
        [node.id, node.leaseHeld, node.draining, node.sockets],
        ['node-one', true, false, 0],
      )
      assert.ok(node.rssBytes > 1e7 && node.lag.p99 >= node.lag.p50 && node.load >= 0)
      assert.ok(node.largest.some((square: any) => square.key === key && square.leader))
      for (const q of ['', 'ONERROR', '<b>ho', key.toUpperCase(), '%25', "' or 1=1 --"]) {
        const { status, body } = await get(`/api/admin/rooms?q=${encodeURIComponent(q)}`)
        assert.equal(status, 200, q)
        const found = body.items.find((row: any) => row.key === key)
        assert.equal(found !== undefined, !['%25', "' or 1=1 --"].includes(q), q)
        if (found) assert.deepEqual([found.node, found.kind], ['node-one', 'live'])
      }
      const other = await get('/api/admin/rooms?kind=dm')
      assert.deepEqual([other.body.items, other.body.total], [[], 0])
    })

    test('[IN4] one room: its state as the room has it, its clients, what it can be told', async () => {
      await say(people.user, 'first words')
      const { body } = await get(`/api/admin/rooms/${key}`)
      const { state } = await (await server.directory.actor(key)).replica()
      const { features } = decodeState<Snapshot>(state)
      for (const [feature, tree] of Object.entries(body.state))
        assert.deepEqual(tree, JSON.parse(JSON.stringify(treeOf(features[feature]))), feature)
      assert.deepEqual(body.clients, { total: 0, items: [] })
      assert.equal(body.label.title, '<img src=x onerror=alert(1)>')
      assert.equal(body.actions.length, 7)
      const asleep = await get('/api/admin/rooms/live_0000000000')
      assert.equal(asleep.body.code, 'room.asleep')
    })

    test('[IN5] the trace goes on from its cursor', async () => {
      const path = `/api/admin/rooms/${key}/events`
      const { cursor } = (await get(path)).body
      await say(people.user, 'one')
      await server.directory.ask(key, 'like.add', { count: 3 }, asker(people.user))
      const next = (await get(`${path}?after=${cursor}`)).body
      assert.deepEqual(
        next.events.map(({ type, seq }: any) => [type, seq]),
        [
          ['danmaku.sent', undefined],
          ['like.added', undefined],
        ],
      )
      assert.deepEqual((await get(`${path}?after=${next.cursor}`)).body.events, [])
    })

    test('[IN6] mute, kick, slow mode and suspension do what they say, each with its row', async () => {
      const { id } = people.user
      const before = (await audit()).length
      assert.equal((await act('mute', { user: id, seconds: 60, reason: 'ads' })).status, 204)
      await assert.rejects(say(people.user), { code: 'muted' })
      assert.equal((await act('unmute', { user: id, reason })).status, 204)
      await say(people.user)
      assert.equal((await act('slow', { seconds: 60, reason })).status, 204)
      await assert.rejects(say(people.user), { code: 'slow_mode' })
      assert.equal((await act('slow', { seconds: 0, reason })).status, 204)
      assert.equal((await act('kick', { user: id, seconds: 60, reason })).status, 204)
      await assert.rejects(say(people.user), { code: 'kicked' })
      assert.equal((await act('suspend', { reason: 'a violation' })).status, 204)
      await assert.rejects(say(people.host), { code: 'live.suspended' })
      assert.equal((await act('restore', { reason })).status, 204)
      const muteHost = await act('mute', { user: people.host.id, seconds: 1, reason })
      const rows = (await audit()).slice(before)
      assert.deepEqual(
        rows.map(({ action }) => action).filter((action) => !/\.(read|verify)$/.test(action)),
        [
          'room.mute',
          'room.unmute',
          'room.slow',
          'room.slow',
          'room.kick',
          'room.suspend',
          'room.restore',
          'room.mute',
          ...(muteHost.status === 204 ? [] : ['room.mute.failed']),
        ],
      )
      assert.deepEqual(
        [rows[0].reason, rows[0].target, rows[0].actor, rows[0].detail],
        ['ads', key, people.admin.id, { user: id, seconds: 60 }],
      )
      assert.equal((await get('/api/admin/audit/verify')).body.ok, true)
    })

    test('[IN6] a closed room is stored and opens again where it was', async () => {
      const { position } = await server.directory.actor(key)
      assert.equal((await act('close', { reason })).status, 204)
      assert.equal(server.directory.peek(key), undefined)
      assert.equal((await act('close', { reason })).body.code, 'room.asleep')
      const again = await server.directory.actor(key)
      assert.equal(again.position.seq, position.seq)
      assert.equal(again.epoch, position.epoch + 1)
    })

    test('[IN7] the scrubber: the present position is the live state, an earlier one is not', async () => {
      await act('slow', { seconds: 7, reason })
      await act('slow', { seconds: 9, reason })
      const live = (await get(`/api/admin/rooms/${key}`)).body
      const past = async (seq: number) => (await get(`/api/admin/rooms/${key}/at/${seq}`)).body
      const now = await past(live.seq)
      // Likes and lines are not numbered; what is kept of the rest is the same.
      for (const feature of ['live', 'member', 'gift'])
        assert.deepEqual(now.state[feature], live.state[feature], feature)
      const slow = (state: any) =>
        JSON.stringify(state.danmaku.items.find(([member]: any) => member.startsWith('slow')))
      assert.equal(slow(now.state), slow(live.state))
      assert.match(slow(now.state), /9/)
      assert.match(slow((await past(live.seq - 1)).state), /7/)
      assert.equal(now.events.at(-1).seq, live.seq)
      const beyond = await get(`/api/admin/rooms/${key}/at/${live.seq + 1}`)
      assert.deepEqual([beyond.status, beyond.body.code], [404, 'position.unknown'])
      await act('slow', { seconds: 0, reason })
    })

    test('[IN9] hostile input is refused with its reason, and nothing else happens', async () => {
      const { seq } = (await server.directory.actor(key)).position
      const bad: [string, string, object?][] = [
        ['GET', '/api/admin/rooms/__proto__'],
        ['GET', '/api/admin/rooms/live_%2e%2e%2f'],
        ['GET', `/api/admin/rooms/live_${'a'.repeat(200)}`],
        ['GET', `/api/admin/rooms/${key}/at/-1`],
        ['GET', `/api/admin/rooms/${key}/at/1e99`],
        ['GET', `/api/admin/rooms/${key}/at/NaN`],
        ['GET', `/api/admin/rooms/${key}/events?after=1;drop`],
        ['GET', '/api/admin/rooms?sort=constructor'],
        ['GET', '/api/admin/rooms?limit=1000000'],
        ['GET', '/api/admin/rooms?cursor=eyJ9'],
        [
          'GET',
          `/api/admin/rooms?sort=key&cursor=${Buffer.from('["audience",1,"a"]').toString('base64url')}`,
        ],
        ['GET', '/api/admin/rooms?__proto__=x'],
        ['GET', '/api/admin/audit?cursor=eyJ9'],
        ['GET', `/api/admin/audit?actor=${encodeURIComponent("' or 1=1")}`],
        ['POST', `/api/admin/rooms/${key}/slow`, { seconds: -1, reason }],
        ['POST', `/api/admin/rooms/${key}/slow`, { seconds: 1 }],
        ['POST', `/api/admin/rooms/${key}/slow`, { seconds: 1, reason: 'ab' }],
        ['POST', `/api/admin/rooms/${key}/slow`, { seconds: 1, reason: '\u200b'.repeat(9) }],
        ['POST', `/api/admin/rooms/${key}/slow`, { seconds: 1, reason, by: 'u_x' }],
        ['POST', `/api/admin/rooms/${key}/kick`, { user: '*', seconds: 1, reason }],
        ['POST', `/api/admin/rooms/${key}/mute`, { user: stranger, seconds: 1e9, reason }],
        ['POST', `/api/admin/rooms/${key}/suspend`, { reason: { $ne: 1 } }],
        ['POST', `/api/admin/rooms/${key}/handover`, { node: '../n', reason }],
        ['POST', `/api/admin/rooms/${key}/handover`, { reason }],
        ['POST', `/api/admin/rooms/${key}/watch`, { reason, roles: ['admin'] }],
        ['POST', '/api/admin/nodes/..%2fn/drain', { reason }],
        ['POST', '/api/admin/nodes/__proto__/drain', { reason }],
        ['POST', '/api/admin/nodes/node-one/promote', { reason }],
        ['GET', `/api/admin/rooms/${key}/events?after=0123456789.1.1.1`],
      ]
      for (const [method, path, body] of bad) {
        const answer = await call(method, path, { token: people.admin.token, body })
        assert.ok([400, 404].includes(answer.status), `${path} answered ${answer.status}`)
        assert.doesNotMatch(JSON.stringify(answer.body), /select |stack|\.ts:/)
      }
      for (const method of ['live.create', 'constructor', 'disconnect', '__proto__', 'promote'])
        assert.equal((await act(method, { reason })).status, 404, method)
      assert.equal((await server.directory.actor(key)).position.seq, seq)
    })
  })
})
