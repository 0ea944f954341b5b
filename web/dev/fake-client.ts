/**
 * A busy platform without a server, behind the SDK's own interface: for development with `?fake=…` and for
 * the browser tests. Wishes, separated by commas: guest, host, fresh (no room of one's own), empty (nobody
 * live), nobody (no audience), idle, ended, interrupted, slow, muted, kicked, down, tall, poor, admin,
 * silent (nothing happens by itself), quiet (no gifts), loud (200 lines a second), rude (hostile texts),
 * flv:<url>, late (the stored session is back at the event plaza.restore).
 */
import {
  RejectError,
  type Client,
  type LiveCard,
  type Me,
  type MyLive,
  type TopUp,
} from '../../sdk/index.ts'
import { fakeAdmin } from './fake-admin.ts'
import {
  cards,
  categories,
  cover,
  entries,
  gifts,
  me as person,
  replays,
  sessions,
} from './fake-data.ts'
import { FakeRoom } from './fake-room.ts'
import { rude } from './rude.ts'

export interface FakeState {
  me: Me | undefined
  readonly wishes: ReadonlySet<string>
  wallet: {
    balance: number
    spentToday: number
    dailyLimit: number
    earnings: { available: number; total: number }
  }
}

export function createFakeClient(settings: string): Client {
  const wishes = new Set(settings.split(',').filter(Boolean))
  const flv = [...wishes].find((wish) => wish.startsWith('flv:'))?.slice(4)
  const state: FakeState = {
    me: undefined,
    wishes,
    wallet: {
      balance: wishes.has('poor') ? 3 : 26_480,
      spentToday: 1254,
      dailyLimit: 50_000,
      earnings: { available: 60_481, total: 184_220 },
    },
  }
  const list = wishes.has('empty') ? [] : cards()
  if (wishes.has('rude')) {
    list[0] = { ...list[0]!, title: rude[2]!, host: { ...list[0]!.host, displayName: rude[1]! } }
    list[1] = { ...list[1]!, title: rude[3]!, host: { ...list[1]!.host, displayName: rude[0]! } }
  }
  let mine: MyLive | undefined = wishes.has('fresh') ? undefined : ownRoom(wishes)
  let listeners: ((user: Me | undefined) => void)[] = []
  const orders = new Map<string, TopUp>()
  const signIn = (user: Me | undefined) => {
    state.me = user && wishes.has('admin') ? { ...user, roles: ['user', 'admin'] } : user
    for (const fn of listeners) fn(state.me)
    return state.me
  }
  const down = () => {
    if (wishes.has('down'))
      throw new RejectError('internal', 'The server had a problem.', { status: 500 })
  }
  const found = (id: string): LiveCard => {
    const card = list.find((one) => one.id === id) ?? (mine?.id === id ? mine : undefined)
    if (!card) throw new RejectError('not_found', 'There is no such room.', { status: 404 })
    return card
  }
  const health = () => ({
    at: new Date().toISOString(),
    bitrate: 3800 + Math.round(Math.random() * 400),
    fps: 29.5 + Math.random(),
    keyframeSeconds: 2 + Math.random() * 0.05,
    width: 1920,
    height: 1080,
    codec: 'H.264',
  })

  return {
    endpoint: location.origin,
    auth: {
      get user() {
        return state.me
      },
      async register({ name, displayName }) {
        await delay(200)
        if (name === 'taken')
          throw new RejectError('name.taken', 'Taken.', { retry: 'fix', status: 409 })
        return signIn({ ...person, name, displayName: displayName ?? name })!
      },
      async login({ password }) {
        await delay(200)
        if (password === 'wrong')
          throw new RejectError('login.wrong', 'Wrong.', { retry: 'fix', status: 401 })
        return signIn(person)!
      },
      logout: async () => void signIn(undefined),
      refresh: async () => state.me!,
      async restore() {
        if (wishes.has('late')) await new Promise((go) => addEventListener('plaza.restore', go))
        return state.me ?? (wishes.has('guest') ? undefined : signIn(person))
      },
      sessions: async () => sessions,
      revoke: async () => {},
      changePassword: async () => {},
      firstAdmin: async ({ name }) =>
        signIn({ ...person, name, displayName: name, roles: ['user', 'admin'] })!,
      on(_event, fn) {
        listeners.push(fn)
        return () => {
          listeners = listeners.filter((other) => other !== fn)
        }
      },
    },
    profile: {
      update: async (patch) => signIn({ ...state.me!, ...patch } as Me)!,
      setAvatar: async (image) =>
        signIn({ ...state.me!, avatar: URL.createObjectURL(image as Blob) })!,
      get: async () => person,
    },
    uploads: {
      image: async (image) => ({
        url: URL.createObjectURL(image as Blob),
        width: 1280,
        height: 720,
      }),
    },
    live: {
      categories: async () => categories,
      async list({ category, q } = {}) {
        await delay(120)
        down()
        const items = list.filter(
          (card) =>
            (!category || card.category === category) &&
            (!q || `${card.title}${card.host.displayName}`.includes(q)),
        )
        return { items }
      },
      async get(id) {
        down()
        return found(id)
      },
      async mine() {
        if (!mine) return undefined
        return mine.status === 'live'
          ? { ...mine, stream: { state: 'live', startedAt: mine.startedAt!, health: health() } }
          : mine
      },
      async create(input) {
        mine = { ...ownRoom(new Set(['idle'])), ...input, hasKey: false }
        return mine
      },
      async update(_id, patch) {
        mine = { ...mine!, ...patch } as MyLive
        return mine
      },
      async rotateKey() {
        mine = { ...mine!, hasKey: true }
        return { rtmpUrl: mine.rtmpUrl, key: 'live_9f3k2m7q8x4c1v6b5n0z_d41d8cd98f00b204' }
      },
      async playback(id) {
        const number = id.replace(/\D/g, '') || '0'
        return {
          flv: flv ?? `simulated:${wishes.has('tall') ? 'tall' : 'wide'}/${number}`,
          expiresAt: new Date(Date.now() + 600_000).toISOString(),
          status: 'live',
        }
      },
      replays: async (id) => replays(id),
      async replay(id) {
        const number = id.replace('replay', '')
        const [replay] = replays(`room${number}`)
        if (!replay) throw new RejectError('not_found', 'There is no such replay.', { status: 404 })
        return { ...replay, hls: `simulated:wide/${number}` }
      },
      async join(id) {
        await delay(60)
        if (wishes.has('kicked')) {
          throw new RejectError('kicked', 'Removed.', { data: { until: Date.now() + 1_800_000 } })
        }
        return new FakeRoom(found(id), state)
      },
    },
    wallet: {
      async get() {
        down()
        return { ...state.wallet }
      },
      async entries() {
        return { items: wishes.has('poor') ? [] : entries }
      },
      async topUp({ coins }) {
        const order: TopUp = {
          id: crypto.randomUUID(),
          coins,
          cents: coins * 10,
          state: 'pending',
          checkoutUrl: 'about:blank',
        }
        orders.set(order.id, order)
        setTimeout(() => {
          orders.set(order.id, { ...order, state: 'credited' })
          state.wallet = { ...state.wallet, balance: state.wallet.balance + coins }
        }, 500)
        return order
      },
      topUpState: async (id) => orders.get(id)!,
    },
    admin: fakeAdmin(async (id) => new FakeRoom(found(id), state)),
    gifts: async () => gifts,
    config: async () => ({
      name: 'Plaza',
      rtmpUrl: '',
      mediaUrl: '',
      version: '0.1.0',
      features: {},
    }),
    close() {},
  }
}

function ownRoom(wishes: ReadonlySet<string>): MyLive {
  const live = wishes.has('host') && !wishes.has('idle')
  return {
    id: 'mine1',
    room: 'live_mine1',
    title: '周末不插电：想听什么直接点',
    category: 'music',
    cover: cover(12),
    host: { id: person.id, displayName: person.displayName },
    status: live ? 'live' : 'idle',
    viewers: 1284,
    startedAt: new Date(Date.now() - 754_000).toISOString(),
    rtmpUrl: 'rtmp://localhost:1935/live',
    hasKey: !wishes.has('nokey'),
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
