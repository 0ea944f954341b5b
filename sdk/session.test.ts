import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from './client.ts'
import { createClient } from './create-client.ts'
import type { HttpRequest, HttpResponse, Platform, Storage } from './platform.ts'
import { memoryStorage } from './platform/web.ts'
import { isReject } from './reject-error.ts'
import { fakePlatform, json, problem } from './testing/fake-platform.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

const me = {
  id: 'u_me',
  name: 'mei',
  displayName: 'Mei',
  bio: '',
  tags: [],
  roles: ['user'],
  createdAt: '',
}

/** Sessions as the server keeps them: a refresh token works once; a second use ends the session. */
class Accounts {
  readonly clock: VirtualClock
  refreshes = 0
  reused = 0
  down = false
  /** Ms that a refresh takes. */
  slow = 0
  #valid = new Set<string>()
  #spent = new Set<string>()
  #access = new Map<string, number>()
  #count = 0
  cookie: string | undefined
  /** Who signs in next, and whom a renewal brings. */
  user = me

  constructor(clock: VirtualClock) {
    this.clock = clock
  }

  http = async (request: HttpRequest): Promise<HttpResponse> => {
    const path = request.url.replace('http://plaza', '')
    const body = request.body === undefined ? {} : JSON.parse(String(request.body))
    if (this.down) throw new Error('unreachable')
    if (path === '/api/auth/login') return this.#answer(body.session === 'cookie')
    if (path === '/api/auth/logout') {
      this.#valid.delete(body.refreshToken ?? this.cookie)
      return json(204, undefined)
    }
    if (path === '/api/auth/refresh') {
      const token = request.cookies ? this.cookie : body.refreshToken
      this.refreshes++
      const answer = this.#refresh(token, request.cookies === true)
      if (this.slow) await new Promise<void>((resolve) => this.clock.after(this.slow, resolve))
      return answer
    }
    if (path === '/api/gifts' && this.slow)
      await new Promise<void>((resolve) => this.clock.after(3 * this.slow, resolve))
    const access = request.headers['authorization']?.slice('Bearer '.length)
    if (access === undefined) return json(200, { who: 'guest' })
    if ((this.#access.get(access) ?? 0) <= this.clock.now) return problem(401, 'unauthorized')
    return json(200, { who: access })
  }

  /** Access tokens of before are no longer taken. */
  expireAccess(): void {
    this.#access.clear()
  }

  get living(): number {
    return this.#valid.size
  }

  endAll(): void {
    this.#valid.clear()
    this.#access.clear()
  }

  #refresh(token: string, cookie: boolean): HttpResponse {
    if (this.#spent.has(token)) {
      this.reused++
      this.endAll()
    }
    if (!this.#valid.delete(token)) return problem(401, 'unauthorized')
    this.#spent.add(token)
    return this.#answer(cookie)
  }

  #answer(cookie: boolean): HttpResponse {
    const n = ++this.#count
    this.#valid.add(`r${n}`)
    this.#access.set(`a${n}`, this.clock.now + 600_000)
    if (cookie) this.cookie = `r${n}`
    return json(200, {
      user: this.user,
      accessToken: `a${n}`,
      expiresIn: 600,
      ...(!cookie && { refreshToken: `r${n}` }),
    })
  }
}

interface Device {
  clock: VirtualClock
  accounts: Accounts
  storage: Storage
  tab(): Client
  requests: HttpRequest[]
}

function device(session: 'cookie' | 'token', exclusive?: Platform['exclusive']): Device {
  const clock = new VirtualClock()
  const accounts = new Accounts(clock)
  const storage = memoryStorage()
  const requests: HttpRequest[] = []
  const tab = (): Client =>
    createClient({
      endpoint: 'http://plaza/',
      session,
      platform: fakePlatform({
        clock,
        storage,
        http: (request) => {
          requests.push(request)
          return accounts.http(request)
        },
        ...(exclusive && { exclusive }),
      }),
    })
  return { clock, accounts, storage, tab, requests }
}

/** Web Locks in small: one holder a name, the others wait. */
function locks(): NonNullable<Platform['exclusive']> {
  const tails = new Map<string, Promise<unknown>>()
  return (name, fn) => {
    const run = (tails.get(name) ?? Promise.resolve()).then(fn, fn)
    tails.set(name, run)
    return run
  }
}

const signIn = { name: 'mei', password: 'correct horse' }

for (const session of ['token', 'cookie'] as const) {
  test(`[SD30] many calls share one renewal, before the token expires (${session})`, async () => {
    const { clock, accounts, tab } = device(session)
    const client = tab()
    await client.auth.login(signIn)
    await client.wallet.get()
    assert.equal(accounts.refreshes, 0)
    await clock.advance(580_000)
    const answers = await Promise.all([client.wallet.get(), client.gifts(), client.live.mine()])
    assert.equal(accounts.refreshes, 1)
    assert.deepEqual(
      answers.map((answer) => (answer as unknown as { who: string }).who),
      ['a2', 'a2', 'a2'],
    )
  })

  test(`[SD30] a token that is refused is renewed once and the call repeated (${session})`, async () => {
    const { accounts, tab, requests } = device(session)
    const client = tab()
    await client.auth.login(signIn)
    accounts.expireAccess()
    await Promise.all([client.wallet.get(), client.wallet.get()])
    assert.equal(accounts.refreshes, 1)
    assert.equal(requests.filter(({ url }) => url.endsWith('/api/wallet')).length, 4)
  })

  test(`[SD30] a refusal that comes after the renewal renews no second time (${session})`, async () => {
    const { clock, accounts, tab } = device(session)
    const client = tab()
    await client.auth.login(signIn)
    accounts.expireAccess()
    accounts.slow = 100
    const both = Promise.all([client.wallet.get(), client.gifts()])
    accounts.expireAccess()
    await clock.advance(150)
    await clock.advance(1_000)
    await both
    assert.equal(accounts.refreshes, 1)
  })

  test(`[SD31] two tabs that renew at the same moment both stay signed in (${session})`, async () => {
    const { clock, accounts, tab } = device(session, locks())
    const [one, two] = [tab(), tab()]
    await one.auth.login(signIn)
    accounts.slow = 200
    const both = Promise.all([one.auth.refresh(), two.auth.restore()])
    await clock.advance(1_000)
    await both
    assert.equal(accounts.reused, 0)
    assert.equal(one.auth.user?.id, 'u_me')
    assert.equal(two.auth.user?.id, 'u_me')
    const again = Promise.all([one.auth.refresh(), two.auth.refresh()])
    await clock.advance(1_000)
    await again
    assert.equal(accounts.reused, 0)
  })

  test(`[SD66] what one user asked is not done as another who signed in in another tab (${session})`, async () => {
    const { clock, accounts, tab, requests } = device(session)
    const [one, two] = [tab(), tab()]
    const patches = (): number => requests.filter(({ method }) => method === 'PATCH').length
    const refused = (call: Promise<unknown>): Promise<void> =>
      assert.rejects(call, (error) => isReject(error, 'unauthorized'))
    await one.auth.login(signIn)
    accounts.user = { ...me, id: 'u_li' }
    await two.auth.login(signIn)
    await clock.advance(590_000)
    await refused(one.profile.update({ bio: 'of mei' }))
    assert.equal(patches(), 0)
    assert.equal(one.auth.user?.id, 'u_li')
    await one.profile.update({ bio: 'of li' })
    assert.equal(patches(), 1)
    accounts.user = me
    await two.auth.login(signIn)
    accounts.expireAccess()
    await refused(one.profile.update({ bio: 'of li' }))
    assert.equal(patches(), 2, 'refused once, and not repeated')
    assert.equal(one.auth.user?.id, 'u_me')
  })

  test(`[SD33] a guest's page load asks nothing, a stored session is restored (${session})`, async () => {
    const { accounts, tab, requests } = device(session)
    assert.equal(await tab().auth.restore(), undefined)
    assert.equal(requests.length, 0)
    await tab().auth.login(signIn)
    const next = tab()
    const users: (string | undefined)[] = []
    next.auth.on('user', (user) => users.push(user?.id))
    assert.equal((await next.auth.restore())?.id, 'u_me')
    assert.equal((await next.auth.restore())?.id, 'u_me')
    assert.deepEqual(users, ['u_me'])
    assert.equal(accounts.refreshes, 1)
  })

  test(`[SD32] a session that is over signs out (${session})`, async () => {
    const { clock, accounts, tab, requests } = device(session)
    const client = tab()
    await client.auth.login(signIn)
    const users: (string | undefined)[] = []
    client.auth.on('user', (user) => users.push(user?.id))
    accounts.endAll()
    await assert.rejects(client.wallet.get(), (error) => isReject(error, 'unauthorized'))
    assert.deepEqual(users, [undefined])
    const before = requests.length
    assert.equal(await tab().auth.restore(), undefined)
    assert.equal(requests.length, before)
    assert.deepEqual(await client.wallet.get(), { who: 'guest' })
    assert.equal(clock.pending, 0)
  })

  test(`[SD32] a server that cannot be reached signs nobody out (${session})`, async () => {
    const { clock, accounts, tab } = device(session)
    const client = tab()
    await client.auth.login(signIn)
    accounts.down = true
    await clock.advance(590_000)
    await assert.rejects(client.wallet.get(), (error) => isReject(error, 'offline'))
    await assert.rejects(tab().auth.restore(), (error) => isReject(error, 'offline'))
    assert.equal(client.auth.user?.id, 'u_me')
    accounts.down = false
    assert.equal((await tab().auth.restore())?.id, 'u_me')
  })

  test(`[SD34] a sign-out during a renewal stays a sign-out (${session})`, async () => {
    const { clock, accounts, tab, storage } = device(session)
    const client = tab()
    await client.auth.login(signIn)
    accounts.slow = 500
    const renewal = client.auth.refresh()
    renewal.catch(() => {})
    await clock.advance(100)
    const out = client.auth.logout()
    await clock.settle()
    assert.equal(client.auth.user, undefined)
    await clock.advance(1_000)
    await out
    assert.equal(accounts.living, 0)
    await assert.rejects(renewal, (error) => isReject(error, 'unauthorized'))
    assert.equal(client.auth.user, undefined)
    assert.equal(await storage.get('plaza.session http://plaza'), undefined)
    assert.deepEqual(await client.wallet.get(), { who: 'guest' })
  })
}

test('[SD31] without locks the newer token of another tab is used', async () => {
  const { accounts, tab, storage, clock } = device('token')
  const one = tab()
  await one.auth.login(signIn)
  // Another tab has renewed, but this one had read the old token before.
  const stale = (await storage.get('plaza.session http://plaza'))!
  let reads = 0
  const two = createClient({
    endpoint: 'http://plaza',
    platform: fakePlatform({
      clock,
      storage: { ...storage, get: async (key) => (reads++ === 1 ? stale : storage.get(key)) },
      http: (request) => accounts.http(request),
    }),
  })
  accounts.http = ((http) => async (request: HttpRequest) =>
    String(request.body).includes(`"${stale}"`) ? problem(401, 'unauthorized') : http(request))(
    accounts.http,
  )
  const other = { user: me, accessToken: 'a9', expiresIn: 600, refreshToken: 'r1b' }
  await storage.set('plaza.session http://plaza', 'r1b')
  accounts.http = ((http) => async (request: HttpRequest) =>
    String(request.body).includes('"r1b"') ? json(200, other) : http(request))(accounts.http)
  assert.equal((await two.auth.restore())?.id, 'u_me')
})

test('[SD32] a sign-out is told to the server, and holds where it cannot be', async () => {
  const { accounts, tab } = device('token')
  const client = tab()
  await client.auth.login(signIn)
  accounts.down = true
  await client.auth.logout()
  assert.equal(client.auth.user, undefined)
  accounts.down = false
  assert.equal(await client.auth.restore(), undefined)
})

test('a changed profile is told to listeners', async () => {
  const clock = new VirtualClock()
  const client = createClient({
    endpoint: 'http://plaza',
    platform: fakePlatform({
      clock,
      http: ({ url }) =>
        url.endsWith('/login')
          ? json(200, { user: me, accessToken: 'a', expiresIn: 600, refreshToken: 'r' })
          : json(200, { ...me, displayName: 'Mei 2' }),
    }),
  })
  await client.auth.login(signIn)
  const names: (string | undefined)[] = []
  const stop = client.auth.on('user', (user) => names.push(user?.displayName))
  await client.profile.update({ displayName: 'Mei 2' })
  assert.deepEqual(names, ['Mei 2'])
  assert.equal(client.auth.user?.displayName, 'Mei 2')
  stop()
  await client.auth.logout()
  assert.deepEqual(names, ['Mei 2'])
})
