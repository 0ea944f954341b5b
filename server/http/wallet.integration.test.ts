import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { uuidv7 } from 'uuidv7'
import { Ledger } from '../../persistence/ledger.ts'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import type { Db } from '../../persistence/tables.ts'
import { forEachDatabase } from '../../persistence/testing/databases.ts'
import { orderMs } from '../../services/payments/payments.ts'
import { SandboxProvider } from '../../services/payments/providers/sandbox.ts'
import { serviceMigrations } from '../services.ts'
import { createTestServer, type Answer, type TestServer } from '../testing/test-server.ts'

forEachDatabase((open) => {
  let db: Db
  let server: TestServer
  let mia: Awaited<ReturnType<TestServer['user']>>
  let tom: typeof mia
  before(async () => {
    db = (await open([persistenceMigrations, serviceMigrations])).db
    server = createTestServer({ db })
    mia = await server.user()
    tom = await server.user()
  })

  const start = (input: object, token = mia.token) =>
    server.call('POST', '/api/wallet/topups', { token, body: { provider: 'sandbox', ...input } })
  const balance = async (token = mia.token): Promise<number> =>
    (await server.call('GET', '/api/wallet', { token })).body.balance
  const stateOf = async (id: string): Promise<string> =>
    (await server.call('GET', `/api/wallet/topups/${id}`, { token: mia.token })).body.state
  const sandbox = (): SandboxProvider => server.services.sandbox!
  const notice = (
    order: { id: string; cents: number },
    event: 'paid' | 'failed' = 'paid',
    at = server.clock.now,
  ) => sandbox().notify(event, order, at)
  const deliver = (
    { headers, body }: { headers: Headers; body: Uint8Array | string },
    to = 'sandbox',
  ): Promise<Answer> =>
    server.call('POST', `/api/payments/${to}/webhook`, {
      headers: Object.fromEntries(headers),
      raw: body,
    })
  /** Nothing is created or lost: all balances and all entries sum to 0. */
  const checkSums = async (): Promise<void> => {
    const { rows } = await sql<{ balances: string; entries: string }>`select
      (select coalesce(sum(balance), 0) from account)::text as balances,
      (select coalesce(sum(amount), 0) from entry)::text as entries`.execute(db)
    assert.deepEqual(rows[0], { balances: '0', entries: '0' })
  }

  describe('orders', () => {
    test('[WP1] coins are whole, at least 10, at most 100,000, at ten cents each', async () => {
      const good = await start({ id: uuidv7(), coins: 660 })
      assert.deepEqual(
        [good.status, good.body.coins, good.body.cents, good.body.state],
        [200, 660, 6600, 'pending'],
      )
      for (const coins of [0, -10, 9, 10.5, 100_001, 1e300, '660', null, [660], true, 2 ** 53])
        assert.equal((await start({ id: uuidv7(), coins })).body.code, 'invalid', String(coins))
      for (const id of [
        '',
        'x',
        1,
        undefined,
        '00000000-0000-0000-0000-000000000000',
        '9b2f3c1e-8d4a-4f5b-9c3d-2e1f0a9b8c7d',
      ])
        assert.equal((await start({ id, coins: 660 })).body.code, 'invalid', String(id))
      assert.equal((await start({ id: uuidv7(), coins: 660, cents: 1 })).body.code, 'invalid')
      assert.equal(
        (await start({ id: uuidv7(), coins: 660, provider: 'nobody' })).body.code,
        'payment.unknown',
      )
    })

    test('[WP2] one id starts one top-up; for other input or somebody else it is a conflict', async () => {
      const id = uuidv7()
      const many = await Promise.all(Array.from({ length: 5 }, () => start({ id, coins: 100 })))
      assert.equal(new Set(many.map(({ text }) => text)).size, 1)
      assert.equal((await start({ id, coins: 101 })).body.code, 'conflict')
      assert.equal((await start({ id, coins: 100 }, tom.token)).body.code, 'conflict')
    })

    test('[WP3] nobody sees the top-ups of somebody else', async () => {
      const id = uuidv7()
      await start({ id, coins: 100 })
      const foreign = await server.call('GET', `/api/wallet/topups/${id}`, { token: tom.token })
      assert.deepEqual([foreign.status, foreign.body.code], [404, 'not_found'])
      assert.equal((await server.call('GET', `/api/wallet/topups/${id}`)).status, 401)
      assert.equal(
        (await server.call('GET', `/api/wallet/topups/${id}'--`, { token: mia.token })).status,
        400,
      )
    })
  })

  describe('notices', () => {
    test('[WP6] however many notices come, also at once, coins are credited once', async () => {
      const id = uuidv7()
      await start({ id, coins: 500 })
      const before = await balance()
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => deliver(notice({ id, cents: 5000 }))),
      )
      assert.deepEqual(
        answers.map((a) => a.status),
        Array<number>(8).fill(200),
      )
      assert.equal(await balance(), before + 500)
      assert.equal(await stateOf(id), 'credited')
      await checkSums()
    })

    test('[WP5] the same delivery a second time is refused', async () => {
      const id = uuidv7()
      await start({ id, coins: 50 })
      const delivery = notice({ id, cents: 500 })
      const before = await balance()
      const both = await Promise.all([deliver(delivery), deliver(delivery)])
      assert.deepEqual(both.map((a) => a.status).sort(), [200, 409])
      assert.equal((await deliver(delivery)).body.code, 'webhook.replayed')
      assert.equal(await balance(), before + 50)
    })

    test('[WP4] what is not signed by the provider, or too long ago, changes nothing', async () => {
      const id = uuidv7()
      await start({ id, coins: 77 })
      const before = await balance()
      const good = notice({ id, cents: 770 })
      const text = Buffer.from(good.body).toString()
      const stranger = new SandboxProvider(Buffer.alloc(32)).notify(
        'paid',
        { id, cents: 770 },
        server.clock.now,
      )
      const bad: [Promise<Answer>, string][] = [
        [
          deliver({ headers: good.headers, body: text.replace('"paid"', '"paid" ') }),
          'webhook.signature',
        ],
        [deliver({ headers: new Headers(), body: text }), 'webhook.signature'],
        [deliver(stranger), 'webhook.signature'],
        [deliver(notice({ id, cents: 770 }, 'paid', server.clock.now - 301_000)), 'webhook.stale'],
        [deliver(good, 'stripe'), 'payment.unknown'],
        [deliver({ headers: good.headers, body: new Uint8Array(70_000) }), 'too_large'],
      ]
      for (const [answer, code] of bad) assert.equal((await answer).body.code, code)
      assert.deepEqual([await balance(), await stateOf(id)], [before, 'pending'])
      assert.ok(server.log.some((line) => line.includes('webhook.signature')))
      assert.ok(!server.log.join('').includes(good.headers.get('plaza-signature')!))
    })

    test('[WP7] another amount than ordered, or an unknown order, is refused', async () => {
      const id = uuidv7()
      await start({ id, coins: 88 })
      for (const cents of [1, 879, 881])
        assert.deepEqual((await deliver(notice({ id, cents }))).body.code, 'payment.mismatch')
      assert.equal((await deliver(notice({ id: uuidv7(), cents: 880 }))).body.code, 'not_found')
      assert.equal(await stateOf(id), 'pending')
      assert.equal((await deliver(notice({ id, cents: 880 }))).status, 200)
    })

    test('[WP8] a failed payment brings nothing; one that is paid late is still credited', async () => {
      const [failed, late] = [uuidv7(), uuidv7()]
      await start({ id: failed, coins: 30 })
      await start({ id: late, coins: 40 })
      const before = await balance()
      assert.equal((await deliver(notice({ id: failed, cents: 300 }, 'failed'))).status, 200)
      assert.deepEqual([await stateOf(failed), await balance()], ['failed', before])
      assert.equal((await deliver(notice({ id: failed, cents: 300 }))).status, 200)
      assert.deepEqual([await stateOf(failed), await balance()], ['credited', before + 30])
      server.clock.now += orderMs
      mia = {
        ...mia,
        token: (
          await server.call('POST', '/api/auth/refresh', {
            body: { refreshToken: mia.refreshToken },
          })
        ).body.accessToken,
      }
      assert.equal(await stateOf(late), 'expired')
      assert.equal((await deliver(notice({ id: late, cents: 400 }))).status, 200)
      assert.deepEqual([await stateOf(late), await balance()], ['credited', before + 70])
      await deliver(notice({ id: late, cents: 400 }, 'failed'))
      assert.deepEqual([await stateOf(late), await balance()], ['credited', before + 70])
      await checkSums()
    })
  })

  describe('the sandbox page', () => {
    const pageOf = async (coins: number): Promise<{ id: string; path: string; s: string }> => {
      const id = uuidv7()
      const { checkoutUrl } = (await start({ id, coins })).body
      const url = new URL(checkoutUrl)
      return { id, path: url.pathname, s: url.searchParams.get('s')! }
    }
    const press = (path: string, form: Record<string, string>) =>
      server.call('POST', path, {
        raw: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })

    test('[WP9] pay leads over the signed webhook to coins, and the page says so', async () => {
      const { path, s, id } = await pageOf(660)
      const page = await server.call('GET', `${path}?s=${s}`, {
        headers: { 'accept-language': 'zh-CN,en' },
      })
      assert.match(page.headers.get('content-type')!, /^text\/html/)
      assert.match(page.text, /lang="zh-CN"[\s\S]*66\.00[\s\S]*660/)
      assert.match((await server.call('GET', `${path}?s=${s}&lang=en`)).text, /Sandbox checkout/)
      const before = await balance()
      const paid = await press(path, { s, lang: 'en', action: 'pay' })
      assert.equal(paid.status, 303)
      assert.equal(await balance(), before + 660)
      assert.equal(await stateOf(id), 'credited')
      const result = await server.call('GET', paid.headers.get('location')!)
      assert.match(result.text, /Payment complete[\s\S]*660 coins/)
      await press(path, { s, lang: 'en', action: 'pay' })
      await press(path, { s, lang: 'en', action: 'cancel' })
      assert.deepEqual([await balance(), await stateOf(id)], [before + 660, 'credited'])
    })

    test('[WP9] cancel leads to failure, and nothing can be paid afterwards', async () => {
      const { path, s, id } = await pageOf(50)
      const before = await balance()
      await press(path, { s, lang: 'zh', action: 'cancel' })
      assert.equal(await stateOf(id), 'failed')
      assert.match((await server.call('GET', `${path}?s=${s}&lang=zh`)).text, /支付已取消/)
      await press(path, { s, lang: 'zh', action: 'pay' })
      assert.equal(await balance(), before)
    })

    test('[WP9] without its own signature the page shows and does nothing', async () => {
      const [one, two] = [await pageOf(50), await pageOf(50)]
      for (const s of ['x', two.s, '']) {
        const page = await server.call('GET', `${one.path}?s=${s}`)
        assert.ok([400, 404].includes(page.status))
      }
      assert.equal((await press(one.path, { s: two.s, lang: 'en', action: 'pay' })).status, 404)
      assert.equal((await press(one.path, { s: one.s, lang: 'en', action: 'steal' })).status, 400)
      assert.equal(
        (await press(one.path, { s: one.s, lang: 'en', action: 'pay', cents: '1' })).status,
        400,
      )
      assert.equal(await stateOf(one.id), 'pending')
    })

    test('[WP9] the page runs no script and cannot be framed', async () => {
      const { path, s } = await pageOf(50)
      const page = await server.call('GET', `${path}?s=${s}`)
      assert.match(
        page.headers.get('content-security-policy')!,
        /default-src 'none'.*frame-ancestors 'none'/,
      )
      assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
      assert.doesNotMatch(page.text, /<script|onclick|javascript:/i)
      const named = createTestServer({ db, env: { PLAZA_NAME: '<b>"Live"</b>' } })
      const user = await named.user()
      const order = await named.call('POST', '/api/wallet/topups', {
        token: user.token,
        body: { id: uuidv7(), coins: 10, provider: 'sandbox' },
      })
      const url = new URL(order.body.checkoutUrl)
      assert.doesNotMatch((await named.call('GET', url.pathname + url.search)).text, /<b>"/)
      named.close()
    })
  })

  describe('statement and providers', () => {
    test('[WP13] each line of the statement is explained, newest first, in pages that do not shift', async () => {
      const [giver, host] = [await server.user(), await server.user('statement_host')]
      await db
        .insertInto('live_room')
        .values({
          id: '0123456789',
          owner_id: host.me.id,
          title: '周末唱歌',
          category: 'music',
          cover: null,
          status: 'idle',
          viewers: 0,
          started_at: null,
          seq: 0,
          opened: true,
          created_at: new Date(),
        })
        .execute()
      const ledger = new Ledger()
      for (let i = 1; i <= 5; i++)
        await db.transaction().execute((tx) =>
          ledger.transfer(tx, {
            id: uuidv7(),
            kind: 'topup',
            from: { kind: 'mint', owner: 'sandbox' },
            to: { kind: 'user', owner: giver.me.id },
            amount: i * 10,
            memo: { provider: 'sandbox', cents: i * 100 },
          }),
        )
      const id = uuidv7()
      await db.transaction().execute((tx) =>
        ledger.transfer(tx, {
          id,
          kind: 'gift',
          from: { kind: 'user', owner: giver.me.id },
          to: { kind: 'streamer', owner: host.me.id },
          amount: 50,
        }),
      )
      await sql`update transfer set gift = 'heart', quantity = 10, room_id = 'live_0123456789'
        where id = ${id}`.execute(db)
      const first = await server.call('GET', '/api/wallet/entries?limit=2', { token: giver.token })
      assert.deepEqual(first.body.items[0].memo, {
        gift: 'heart',
        giftName: { zh: '比心', en: 'Finger heart' },
        count: 10,
        room: 'live_0123456789',
        title: '周末唱歌',
        user: { id: host.me.id, displayName: 'statement_host' },
      })
      assert.deepEqual(
        first.body.items.map((e: any) => [e.kind, e.amount]),
        [
          ['gift', -50],
          ['topup', 50],
        ],
      )
      const second = await server.call(
        'GET',
        `/api/wallet/entries?limit=10&cursor=${first.body.next}`,
        { token: giver.token },
      )
      assert.deepEqual(
        second.body.items.map((e: any) => e.amount),
        [40, 30, 20, 10],
      )
      assert.equal(second.body.next, undefined)
      const earned = await server.call('GET', '/api/wallet/entries', { token: host.token })
      assert.deepEqual(
        [earned.body.items[0].kind, earned.body.items[0].memo.user.id],
        ['earning', giver.me.id],
      )
      for (const query of [
        'cursor=x',
        'cursor=-1',
        'limit=0',
        'limit=101',
        'limit=1.5',
        'user=u_1',
        "cursor=1'",
      ])
        assert.equal(
          (await server.call('GET', `/api/wallet/entries?${query}`, { token: giver.token })).status,
          400,
          query,
        )
    })

    test('[WP14] play money is offered until a real provider is configured, or as wished', () => {
      const stripe = { PLAZA_STRIPE_SECRET_KEY: 'sk', PLAZA_STRIPE_WEBHOOK_SECRET: 'whsec' }
      const offered = (env: Record<string, string>): readonly string[] => {
        const other = createTestServer({ db, env })
        other.close()
        return other.services.payments.providers
      }
      assert.deepEqual(offered({}), ['sandbox'])
      assert.deepEqual(offered(stripe), ['stripe'])
      assert.deepEqual(offered({ ...stripe, PLAZA_SANDBOX_PAYMENTS: 'on' }), ['stripe', 'sandbox'])
      assert.deepEqual(offered({ PLAZA_SANDBOX_PAYMENTS: 'off' }), [])
    })

    test('[WP14] without play money its page is not there', async () => {
      const other = createTestServer({ db, env: { PLAZA_SANDBOX_PAYMENTS: 'off' } })
      const page = await other.call('GET', `/sandbox/checkout/${uuidv7()}?s=x`)
      assert.equal(page.status, 404)
      other.close()
    })

    test('[WP15] the catalogue names at least eight gifts in both languages, by price and tier', async () => {
      const { body } = await server.call('GET', '/api/gifts')
      assert.ok(body.length >= 8)
      assert.deepEqual(body[0], {
        id: 'flower',
        price: 1,
        tier: 1,
        name: { zh: '花', en: 'Flower' },
      })
      assert.deepEqual([...new Set(body.map((g: any) => g.tier))], [1, 2, 3, 4])
    })
  })
})
