import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import { forEachDatabase } from '../../persistence/testing/databases.ts'
import type { Db } from '../../persistence/tables.ts'
import { serviceMigrations } from '../services.ts'
import { createTestServer, goodPassword, origin, type TestServer } from '../testing/test-server.ts'

forEachDatabase((open) => {
  let db: Db
  let server: TestServer
  before(async () => {
    db = (await open([persistenceMigrations, serviceMigrations])).db
    server = createTestServer({ db })
  })

  const cookieOf = (headers: Headers): string => headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const refresh = (refreshToken: string) =>
    server.call('POST', '/api/auth/refresh', { body: { refreshToken } })
  const refreshByCookie = (cookie: string, from: string | undefined = origin) =>
    server.call('POST', '/api/auth/refresh', {
      headers: { cookie, ...(from === undefined ? {} : { origin: from }) },
    })
  const login = (name: string, password = goodPassword, ip?: string) =>
    server.call('POST', '/api/auth/login', { body: { name, password }, ...(ip ? { ip } : {}) })

  describe('signing up and in', () => {
    test('[AC1] a new account is signed in; its name is unique however it is written', async () => {
      const { me, token } = await server.user('Rosalind_1')
      assert.deepEqual([me.name, me.displayName, me.roles], ['Rosalind_1', 'Rosalind_1', ['user']])
      assert.equal((await server.call('GET', '/api/me', { token })).body.id, me.id)
      for (const name of ['rosalind_1', 'ROSALIND_1', 'Ｒosalind_1']) {
        const again = await server.call('POST', '/api/auth/register', {
          body: { name, password: goodPassword },
        })
        assert.deepEqual([again.status, again.body.code], [409, 'name.taken'], name)
      }
      assert.equal((await login('ROSALIND_1')).status, 200)
    })

    test('[AC1] of many registrations of one name at once one succeeds, whole', async () => {
      const tries = await Promise.all(
        Array.from({ length: 8 }, () =>
          server.call('POST', '/api/auth/register', {
            body: { name: 'contested', password: goodPassword },
          }),
        ),
      )
      assert.deepEqual(tries.map((t) => t.status).sort(), [201, ...Array<number>(7).fill(409)])
      const { rows } = await rowsOf(db, 'users', 'name_key', 'contested')
      assert.equal(rows, 1)
    })

    test('[AC21] members that are not asked for are refused, in whatever body', async () => {
      const body = { name: 'mass_assign', password: goodPassword }
      for (const extra of [
        { roles: ['admin'] },
        { id: 'u_000000000000' },
        { createdAt: 1 },
        { isAdmin: true },
      ]) {
        const answer = await server.call('POST', '/api/auth/register', {
          body: { ...body, ...extra },
        })
        assert.deepEqual([answer.status, answer.body.code], [400, 'invalid'])
      }
      const polluted = `{"name":"mass_assign","password":"${goodPassword}","__proto__":{"roles":["admin"]}}`
      const answer = await server.call('POST', '/api/auth/register', {
        raw: polluted,
        headers: { 'content-type': 'application/json' },
      })
      assert.deepEqual([answer.status, answer.body.code], [400, 'malformed'])
      const { token } = await server.user()
      const patch = await server.call('PATCH', '/api/me', {
        token,
        body: { bio: 'x', roles: ['admin'] },
      })
      assert.equal(patch.status, 400)
    })

    test('[AC3] weak passwords are refused at the door', async () => {
      for (const [password, code] of [
        ['short', 'invalid'],
        ['x7'.repeat(65), 'invalid'],
        ['password1', 'password.common'],
        ['weakling_2', 'password.common'],
      ]) {
        const answer = await server.call('POST', '/api/auth/register', {
          body: { name: 'weakling', password },
        })
        assert.deepEqual([answer.status, answer.body.code], [400, code], password)
      }
    })

    test('[AC6] a wrong password and an unknown name get the same answer', async () => {
      await server.user('known_name')
      const wrong = await login('known_name', 'not the password')
      const unknown = await login('unknown_name', 'not the password')
      assert.equal(wrong.status, 401)
      assert.equal(wrong.text, unknown.text)
      assert.equal(wrong.body.code, 'login.wrong')
    })

    test('[AC4] a hash with old parameters is renewed by a login', async () => {
      const { me } = await server.user('old_hash')
      const old = await hash(goodPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
      await db.updateTable('users').set({ password_hash: old }).where('id', '=', me.id).execute()
      assert.equal((await login('old_hash')).status, 200)
      const row = await db
        .selectFrom('users')
        .select('password_hash')
        .where('id', '=', me.id)
        .executeTakeFirstOrThrow()
      assert.match(row.password_hash, /m=19456,t=2,p=1/)
      assert.equal((await login('old_hash')).status, 200)
    })

    test('[AC7] guessing from one address ends after ten tries and locks nobody else out', async () => {
      const guarded = createTestServer({ db, env: { PLAZA_RATE_LIMITS: 'on' } })
      await guarded.user('victim')
      const guess = (ip: string, password: string) =>
        guarded.call('POST', '/api/auth/login', { ip, body: { name: 'victim', password } })
      const statuses: number[] = []
      for (let i = 0; i < 12; i++) statuses.push((await guess('198.51.100.1', `guess ${i}`)).status)
      assert.deepEqual(statuses, [...Array<number>(10).fill(401), 429, 429])
      const refused = await guess('198.51.100.1', goodPassword)
      assert.deepEqual([refused.status, refused.body.code], [429, 'rate_limited'])
      assert.ok(Number(refused.headers.get('retry-after')) > 0)
      assert.equal((await guess('198.51.100.2', goodPassword)).status, 200)
      guarded.close()
    })
  })

  describe('sessions', () => {
    test('[AC9] a refresh token works once; the second use ends its session', async () => {
      const { token, refreshToken } = await server.user()
      const second = await refresh(refreshToken)
      assert.equal(second.status, 200)
      assert.notEqual(second.body.refreshToken, refreshToken)
      const stolen = await refresh(refreshToken)
      assert.deepEqual([stolen.status, stolen.body.code], [401, 'unauthorized'])
      assert.equal((await refresh(second.body.refreshToken)).status, 401)
      assert.equal((await server.call('GET', '/api/me', { token })).status, 401)
      assert.equal(
        (await server.call('GET', '/api/me', { token: second.body.accessToken })).status,
        401,
      )
    })

    test('[AC9] two uses at the same time end the session too', async () => {
      const { refreshToken } = await server.user()
      const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)])
      const good = both.filter(({ status }) => status === 200)
      assert.equal(good.length, 1)
      assert.equal((await refresh(good[0]!.body.refreshToken)).status, 401)
    })

    test('[AC9] another session of the user goes on', async () => {
      const { me, refreshToken } = await server.user()
      const other = await login(me.name)
      await refresh(refreshToken)
      await refresh(refreshToken)
      assert.equal((await refresh(other.body.refreshToken)).status, 200)
    })

    test('[AC9] a made-up, empty or outdated refresh token is refused', async () => {
      const { refreshToken } = await server.user()
      for (const bad of ['x', 'A'.repeat(43), `${refreshToken}x`])
        assert.equal((await refresh(bad)).status, 401)
      assert.equal((await server.call('POST', '/api/auth/refresh')).status, 401)
      assert.equal((await refresh('A'.repeat(201))).status, 400)
      server.clock.now += 31 * 24 * 3600_000
      assert.equal((await refresh(refreshToken)).status, 401)
    })

    test('[AC22] sessions that ended a week ago are forgotten at the next login', async () => {
      const { me, refreshToken } = await server.user()
      await server.call('POST', '/api/auth/logout', { body: { refreshToken } })
      const count = async (): Promise<number> =>
        (await db.selectFrom('auth_session').select('id').where('user_id', '=', me.id).execute())
          .length
      await login(me.name)
      assert.equal(await count(), 2)
      server.clock.now += 8 * 24 * 3600_000
      await login(me.name)
      assert.equal(await count(), 2)
    })

    test('[AC10] two tabs that share a cookie end with the same one; later the old one ends the session', async () => {
      const answer = await server.call('POST', '/api/auth/register', {
        body: { name: 'two_tabs', password: goodPassword, session: 'cookie' },
      })
      const cookie = cookieOf(answer.headers)
      const [one, two] = await Promise.all([refreshByCookie(cookie), refreshByCookie(cookie)])
      assert.deepEqual([one.status, two.status], [200, 200])
      assert.equal(cookieOf(one.headers), cookieOf(two.headers))
      const next = await refreshByCookie(cookieOf(one.headers))
      assert.equal(next.status, 200)
      assert.equal((await refreshByCookie(cookie)).status, 401, 'the successor was used')
      assert.equal((await refreshByCookie(cookieOf(next.headers))).status, 401)
    })

    test('[AC10] after ten seconds an old cookie ends the session', async () => {
      const answer = await server.call('POST', '/api/auth/register', {
        body: { name: 'late_tab', password: goodPassword, session: 'cookie' },
      })
      const cookie = cookieOf(answer.headers)
      const next = cookieOf((await refreshByCookie(cookie)).headers)
      server.clock.now += 10_001
      assert.equal((await refreshByCookie(cookie)).status, 401)
      assert.equal((await refreshByCookie(next)).status, 401)
    })

    test('[AC11] the cookie is out of reach of scripts and of other sites', async () => {
      const answer = await server.call('POST', '/api/auth/login', {
        body: { name: 'two_tabs', password: goodPassword, session: 'cookie' },
      })
      assert.equal(answer.body.refreshToken, undefined)
      const [set] = answer.headers.getSetCookie()
      assert.match(
        set!,
        /^plaza_refresh=[\w-]{43}; Path=\/api\/auth; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
      )
      const cookie = cookieOf(answer.headers)
      for (const from of ['http://evil.example', 'null', 'http://plaza.test.evil.example']) {
        const foreign = await refreshByCookie(cookie, from)
        assert.deepEqual([foreign.status, foreign.body.code], [403, 'origin'], from)
      }
      const missing = await server.call('POST', '/api/auth/refresh', { headers: { cookie } })
      assert.equal(missing.body.code, 'origin')
      assert.equal((await refreshByCookie(cookie)).status, 200)
    })

    test('[AC11] over https the cookie is sent over https only', async () => {
      const secure = createTestServer({ db, env: { PLAZA_PUBLIC_URL: 'https://plaza.example' } })
      const answer = await secure.call('POST', '/api/auth/login', {
        body: { name: 'two_tabs', password: goodPassword, session: 'cookie' },
      })
      assert.match(answer.headers.getSetCookie()[0]!, /; Secure$/)
      assert.match(answer.headers.get('strict-transport-security')!, /max-age/)
      secure.close()
    })

    test('[AC12] logging out ends the session at once and tells who closes its sockets', async () => {
      const { me, token, refreshToken } = await server.user()
      assert.equal((await server.call('GET', '/api/me', { token })).status, 200)
      const out = await server.call('POST', '/api/auth/logout', { body: { refreshToken } })
      assert.equal(out.status, 204)
      assert.match(out.headers.getSetCookie()[0]!, /Max-Age=0/)
      assert.equal((await server.call('GET', '/api/me', { token })).status, 401)
      assert.equal((await refresh(refreshToken)).status, 401)
      assert.equal(server.ended.at(-1)?.userId, me.id)
      const second = await login(me.name)
      await server.call('POST', '/api/auth/logout', { token: second.body.accessToken })
      assert.equal(
        (await server.call('GET', '/api/me', { token: second.body.accessToken })).status,
        401,
      )
      assert.equal(
        (await server.call('POST', '/api/auth/logout', { body: { refreshToken: 'x' } })).status,
        204,
      )
    })

    test('[AC12] a session that another node ended is refused within a second', async () => {
      const { token, me } = await server.user()
      assert.equal((await server.call('GET', '/api/me', { token })).status, 200)
      const other = createTestServer({ db })
      await other.services.accounts.sessions.end(me.id, {})
      server.clock.now += 1000
      assert.equal((await server.call('GET', '/api/me', { token })).status, 401)
      other.close()
    })

    test('[AC13] a user sees and ends its own sessions only', async () => {
      const mia = await server.user()
      const tom = await server.user()
      const phone = await server.call('POST', '/api/auth/login', {
        body: { name: mia.me.name, password: goodPassword },
        headers: { 'user-agent': 'Mozilla/5.0 (Linux; Android 15) Gecko/140 Firefox/140.0' },
      })
      const list = await server.call('GET', '/api/auth/sessions', { token: mia.token })
      assert.equal(list.body.length, 2)
      const phoneRow = list.body.find((s: any) => !s.current)
      assert.equal(phoneRow.device, 'Firefox on Android')
      const foreign = await server.call('DELETE', `/api/auth/sessions/${phoneRow.id}`, {
        token: tom.token,
      })
      assert.deepEqual([foreign.status, foreign.body.code], [404, 'not_found'])
      assert.equal(
        (await server.call('GET', '/api/me', { token: phone.body.accessToken })).status,
        200,
      )
      const own = await server.call('DELETE', `/api/auth/sessions/${phoneRow.id}`, {
        token: mia.token,
      })
      assert.equal(own.status, 204)
      assert.equal(
        (await server.call('GET', '/api/me', { token: phone.body.accessToken })).status,
        401,
      )
      assert.equal(
        (await server.call('DELETE', '/api/auth/sessions/1', { token: mia.token })).status,
        400,
      )
    })

    test('[AC14] a new password needs the current one and ends the other sessions', async () => {
      const mia = await server.user()
      const other = await login(mia.me.name)
      const change = (body: object) =>
        server.call('POST', '/api/auth/password', { token: mia.token, body })
      const wrong = await change({ current: 'not the password', next: 'zebra lamp stairs' })
      assert.deepEqual([wrong.status, wrong.body.code], [403, 'password.wrong'])
      assert.equal(
        (await change({ current: goodPassword, next: 'password1' })).body.code,
        'password.common',
      )
      assert.equal((await change({ current: goodPassword, next: 'zebra lamp stairs' })).status, 204)
      assert.equal((await refresh(other.body.refreshToken)).status, 401)
      assert.equal((await server.call('GET', '/api/me', { token: mia.token })).status, 200)
      assert.equal((await login(mia.me.name)).status, 401)
      const third = await login(mia.me.name, 'zebra lamp stairs')
      await change({ current: 'zebra lamp stairs', next: goodPassword, endOthers: false })
      assert.equal((await refresh(third.body.refreshToken)).status, 200)
    })
  })

  describe('roles', () => {
    test('[AC15] the first admin comes from a one-time token, once, within a day', async () => {
      const { accounts } = server.services
      const stale = (await accounts.issueAdminToken())!
      server.clock.now += 24 * 3600_000 + 1
      const make = (token: string, name: string) =>
        server.call('POST', '/api/auth/first-admin', {
          body: { token, name, password: goodPassword },
        })
      assert.deepEqual((await make(stale, 'admin')).body.code, 'admin_token.wrong')
      assert.equal((await make('made-up', 'admin')).status, 403)
      const [one, two] = [(await accounts.issueAdminToken())!, (await accounts.issueAdminToken())!]
      const stored = await db.selectFrom('admin_token').selectAll().execute()
      assert.ok(!JSON.stringify(stored).includes(one))
      const both = await Promise.all([make(one, 'admin'), make(two, 'second_admin')])
      assert.deepEqual(both.map((b) => b.status).sort(), [201, 403])
      const made = both.find((b) => b.status === 201)!
      assert.deepEqual(made.body.user.roles, ['user', 'admin'])
      assert.equal(await accounts.issueAdminToken(), undefined)
      assert.equal((await make(one, 'third_admin')).status, 403)
    })

    test('[AC16] only an admin gives roles; they count from the next request on', async () => {
      const admin = await db
        .selectFrom('users')
        .select('name')
        .where('name', 'in', ['admin', 'second_admin'])
        .executeTakeFirstOrThrow()
      const { body } = await login(admin.name)
      const mia = await server.user()
      const give = (token: string, id: string, roles: string[]) =>
        server.call('PUT', `/api/users/${id}/roles`, { token, body: { roles } })
      assert.deepEqual((await give(mia.token, mia.me.id, ['admin'])).body.code, 'forbidden')
      assert.equal((await give(body.accessToken, mia.me.id, ['moderator'])).status, 204)
      assert.deepEqual((await server.call('GET', '/api/me', { token: mia.token })).body.roles, [
        'user',
        'moderator',
      ])
      assert.deepEqual(server.promoted, [mia.me.id])
      assert.equal((await give(mia.token, mia.me.id, ['admin'])).status, 403)
      assert.equal((await give(body.accessToken, mia.me.id, ['root'])).status, 400)
      assert.equal((await give(body.accessToken, 'u_000000000000', [])).status, 404)
      const last = await give(body.accessToken, body.user.id, [])
      assert.deepEqual([last.status, last.body.code], [400, 'admin.last'])
      assert.deepEqual(
        (await server.call('GET', '/api/me', { token: body.accessToken })).body.roles,
        ['user', 'admin'],
      )
    })
  })

  describe('profiles', () => {
    test('[AC17] a profile keeps what is readable and refuses the rest', async () => {
      const { token, me } = await server.user()
      const patch = (body: object) => server.call('PATCH', '/api/me', { token, body })
      const clean = await patch({
        displayName: ' 小\u202E明 👨‍👩‍👧 ',
        bio: '<script>alert(1)</script>\r\n\r\n\r\n二',
        tags: ['#music#', 'Music', ' 户外 ', '\u200B'],
      })
      assert.deepEqual(
        [clean.body.displayName, clean.body.bio, clean.body.tags],
        ['小明 👨‍👩‍👧', '<script>alert(1)</script>\n\n二', ['Music', '户外']],
      )
      assert.equal(
        (await patch({ displayName: `a${'\u0301'.repeat(200)}` })).body.displayName.length <= 5,
        true,
      )
      for (const bad of [
        { displayName: '' },
        { displayName: '\u200B\u202E' },
        { displayName: '名'.repeat(33) },
        { displayName: 'x'.repeat(10_000) },
        { displayName: 7 },
        { bio: 'x'.repeat(501) },
        { tags: ['x'.repeat(21)] },
        { tags: Array.from({ length: 11 }, (_, i) => `t${i}`) },
        { tags: 'music' },
        { avatar: '/uploads/x.webp' },
      ])
        assert.equal((await patch(bad)).body.code, 'invalid', JSON.stringify(bad).slice(0, 60))
      const seen = await server.call('GET', `/api/users/${me.id}`)
      assert.deepEqual(Object.keys(seen.body).sort(), ['bio', 'displayName', 'id', 'name', 'tags'])
    })

    test('[AC18] others see the public profile only', async () => {
      const { me } = await server.user()
      const seen = await server.call('GET', `/api/users/${me.id}`)
      for (const secret of ['roles', 'createdAt', 'passwordHash', 'password_hash', 'sessions'])
        assert.equal(seen.body[secret], undefined)
      assert.equal((await server.call('GET', '/api/users/u_zzzzzzzzzzzz')).status, 404)
      assert.equal((await server.call('GET', "/api/users/u_' or 1=1--")).status, 400)
    })
  })
})

async function rowsOf(
  db: Db,
  table: 'users',
  column: 'name_key',
  value: string,
): Promise<{ rows: number }> {
  const found = await db.selectFrom(table).select('id').where(column, '=', value).execute()
  return { rows: found.length }
}
