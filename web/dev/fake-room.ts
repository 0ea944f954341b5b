/** A simulated live room: people talk, give and join by themselves; commands answer as the real one does. */
import {
  RejectError,
  type Danmaku,
  type GiftSent,
  type LiveCard,
  type LiveRoom,
  type LiveRoomEvents,
  type LiveView,
  type Outgoing,
  type RoomStatus,
} from '../../sdk/index.ts'
import type { FakeState } from './fake-client.ts'
import { enliven } from './enliven.ts'
import { gifts, lines, people } from './fake-data.ts'

let serial = 0
const newId = () => `id${++serial}`

export class FakeRoom implements LiveRoom {
  readonly id: string
  readonly key: string
  status: RoomStatus = 'online'
  retryInMs: number | undefined
  view: LiveView
  readonly you: LiveRoom['you']
  readonly #state: FakeState
  readonly #listeners = new Map<string, Set<(...args: any[]) => void>>()
  readonly #selectors = new Set<() => void>()
  readonly #timers: ReturnType<typeof setInterval>[] = []
  readonly #combos = new Map<string, { id: string; total: number; until: number }>()
  #lastSaid = 0

  constructor(card: LiveCard, state: FakeState) {
    const { me, wishes } = state
    const host = wishes.has('host')
    this.id = card.id
    this.key = card.room
    this.#state = state
    this.you = {
      id: me?.id ?? 'guest_1',
      name: me?.displayName ?? 'guest',
      roles: me ? (host ? ['host'] : ['user']) : ['guest'],
      can: !me
        ? ['watch']
        : host
          ? ['watch', 'chat', 'gift', 'moderate', 'host']
          : ['watch', 'chat', 'gift'],
    }
    const on = !wishes.has('idle') && !wishes.has('ended')
    this.view = {
      live: {
        title: card.title,
        category: card.category,
        ...(card.cover ? { cover: card.cover } : {}),
        host: {
          id: host && me ? me.id : card.host.id,
          name: host && me ? me.displayName : card.host.displayName,
        },
        status: wishes.has('idle')
          ? 'idle'
          : wishes.has('ended')
            ? 'ended'
            : wishes.has('interrupted')
              ? 'interrupted'
              : 'live',
        ...(on
          ? { session: { id: 'session1', startedAt: Date.now() - 754_000, stream: 'stream1' } }
          : {}),
        totals: {
          views: 48_211,
          peak: 15_320,
          coins: 86_402,
          gifts: 2310,
          danmaku: 18_233,
          likes: 90_412,
          newFans: 0,
        },
      },
      audience: { count: wishes.has('nobody') ? 0 : card.viewers },
      danmaku: {
        slowSeconds: wishes.has('slow') ? 5 : 0,
        recent: wishes.has('silent')
          ? []
          : lines.slice(0, 12).map((text, at) => this.#line(text, at + 2)),
      },
      like: { count: 90_412 },
      gift: {
        top: wishes.has('nobody')
          ? []
          : [
              { id: 'u_7', name: '星河滚烫', amount: 18_888 },
              { id: 'u_1', name: '小鹿乱撞', amount: 6640 },
              { id: 'u_8', name: 'The Quiet Listener of Room 404', amount: 1314 },
              { id: 'u_3', name: '一口吃掉夏天', amount: 520 },
              { id: 'u_5', name: '南山南', amount: 188 },
            ],
        coins: 27_550,
      },
      member: {
        moderators: ['u_mod'],
        you: {
          ...(me ? { id: me.id } : {}),
          role: host ? 'host' : 'viewer',
          ...(wishes.has('muted') ? { mutedUntil: Date.now() + 592_000 } : {}),
        },
      },
    }
    if (!wishes.has('silent')) this.#timers.push(...enliven(this, wishes))
    Object.assign(globalThis, { plazaRoom: this })
  }

  now = () => Date.now()
  newId = newId

  on<E extends keyof LiveRoomEvents>(event: E, fn: LiveRoomEvents[E]): () => void {
    const set = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, set)
    set.add(fn)
    return () => set.delete(fn)
  }

  select<T>(
    selector: (view: LiveView) => T,
    fn: (value: T) => void,
    equal: (a: T, b: T) => boolean = Object.is,
  ): () => void {
    let last = selector(this.view)
    fn(last)
    const check = () => {
      const next = selector(this.view)
      if (equal(last, next)) return
      last = next
      fn(next)
    }
    this.#selectors.add(check)
    return () => this.#selectors.delete(check)
  }

  readonly danmaku: LiveRoom['danmaku'] = {
    send: (text, options = {}) => this.#send(text, options),
    slow: async (seconds) => {
      this.set({ danmaku: { ...this.view.danmaku, slowSeconds: seconds } })
      this.tell('danmaku.slowed', { seconds, by: this.you.id })
      return { seconds }
    },
  }

  readonly likes = {
    add: (count = 1) => this.set({ like: { count: this.view.like.count + count } }),
  }

  readonly gifts: LiveRoom['gifts'] = {
    send: async ({ gift, count = 1 }) => {
      await delay(80)
      const { wallet, me } = this.#state
      const amount = gifts.find(({ id }) => id === gift)!.price * count
      if (wallet.balance < amount) {
        throw new RejectError('insufficient_balance', 'Top up.', {
          data: { need: amount, have: wallet.balance },
        })
      }
      wallet.balance -= amount
      wallet.spentToday += amount
      const sent = this.give(gift, count, { id: me!.id, name: me!.displayName })
      return { balance: wallet.balance, amount, combo: sent.combo }
    },
  }

  readonly session: LiveRoom['session'] = {
    setup: async () => ({}) as never,
    pause: async () => this.#turn('paused', 'live.paused'),
    resume: async () => this.#turn('live', 'live.resumed'),
    end: async () => this.#turn('ended', 'live.ended') as never,
  } as unknown as LiveRoom['session']

  readonly members: LiveRoom['members'] = {
    mute: async (user: string, seconds: number) => {
      this.tell('member.muted', { user, until: Date.now() + seconds * 1000, by: this.you.id })
      return { until: Date.now() + seconds * 1000 }
    },
    unmute: async (user: string) => this.tell('member.unmuted', { user, by: this.you.id }),
    kick: async (user: string, seconds: number) => {
      this.tell('member.kicked', { user, until: Date.now() + seconds * 1000, by: this.you.id })
      return { until: Date.now() + seconds * 1000 }
    },
    promote: async (user: string) => {
      this.set({
        member: { ...this.view.member, moderators: [...this.view.member.moderators, user] },
      })
      this.tell('member.promoted', { user, by: this.you.id })
    },
    demote: async (user: string) => {
      this.set({
        member: {
          ...this.view.member,
          moderators: this.view.member.moderators.filter((id) => id !== user),
        },
      })
      this.tell('member.demoted', { user, by: this.you.id })
    },
  } as unknown as LiveRoom['members']

  async command<Answer>(): Promise<Answer> {
    throw new RejectError('unknown_command', 'The simulated room knows no such command.')
  }

  /** How many listen to it: what is told before somebody listens is shown by nobody. */
  listeners(event: keyof LiveRoomEvents): number {
    return this.#listeners.get(event)?.size ?? 0
  }

  leave(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#listeners.clear()
    this.#selectors.clear()
  }

  /** People say these now. */
  say(texts: readonly string[], user?: Danmaku['user']): void {
    const batch = texts.map((text, at) => ({
      ...this.#line(text, serial + at),
      ...(user ? { user } : {}),
    }))
    this.#emit('danmaku', batch)
  }

  /** Somebody gives. */
  give(gift: string, count: number, from: { id: string; name: string }): GiftSent {
    const sku = gifts.find(({ id }) => id === gift)!
    const amount = sku.price * count
    const key = `${from.id}/${gift}`
    const before = this.#combos.get(key)
    const combo =
      before && before.until > Date.now()
        ? { id: before.id, total: before.total + count }
        : { id: newId(), total: count }
    this.#combos.set(key, { ...combo, until: Date.now() + 4000 })
    const old = this.view.gift.top.find(({ id }) => id === from.id)?.amount ?? 0
    const given = old + amount
    const sent: GiftSent = {
      id: newId(),
      session: 'session1',
      from,
      to: 'u_host',
      gift,
      count,
      amount,
      given,
      combo,
    }
    const top = [
      ...this.view.gift.top.filter(({ id }) => id !== from.id),
      { ...from, amount: given },
    ]
      .toSorted((a, b) => b.amount - a.amount)
      .slice(0, 10)
    this.set({ gift: { top, coins: this.view.gift.coins + amount } })
    this.#emit('gift', sent, event('gift.sent', sent))
    this.tell('gift.sent', sent)
    return sent
  }

  tell(type: string, data: unknown): void {
    this.#emit('event', event(type, data))
  }

  connect(status: RoomStatus, retryInMs?: number): void {
    this.status = status
    this.retryInMs = retryInMs
    this.#emit('status', status, retryInMs)
  }

  shed(count: number): void {
    this.#emit('shed', count)
  }

  #send(
    text: string,
    options: { color?: string; mode?: Danmaku['mode']; mentions?: readonly string[] },
  ): Outgoing<Danmaku> {
    const id = newId()
    const attempt = async (): Promise<Danmaku> => {
      await delay(60)
      const wait = this.#lastSaid + this.view.danmaku.slowSeconds * 1000 - Date.now()
      if (wait > 0)
        throw new RejectError('slow_mode', 'Wait.', { retry: 'retry', data: { retryInMs: wait } })
      this.#lastSaid = Date.now()
      const line: Danmaku = {
        id,
        user: { id: this.you.id, name: this.you.name },
        text,
        color: options.color ?? '#ffffff',
        mode: options.mode ?? 'scroll',
        mentions: [...(options.mentions ?? [])],
        at: Date.now(),
      }
      this.#emit('danmaku', [line])
      return line
    }
    const acked = attempt()
    acked.catch(() => {})
    return { id, status: 'sending', acked, retry: attempt }
  }

  #turn(status: LiveView['live']['status'], type: string): { status: typeof status } {
    this.set({ live: { ...this.view.live, status } })
    this.tell(type, { status })
    return { status }
  }

  #line(text: string, at: number): Danmaku {
    const person = people[at % people.length]!
    const host = person.id === 'u_host' && this.view ? this.view.live.host : undefined
    const palette = [
      '#ffffff',
      '#ffffff',
      '#ffffff',
      '#ffffff',
      '#ffd666',
      '#69c0ff',
      '#ff85c0',
      '#95de64',
    ]
    return {
      id: newId(),
      user: host ? { ...person, id: host.id, name: host.name } : person,
      text,
      color: palette[at % palette.length]!,
      mode: at % 41 === 40 ? 'top' : 'scroll',
      mentions: [],
      at: Date.now(),
    }
  }

  set(patch: Partial<LiveView>): void {
    this.view = { ...this.view, ...patch }
    for (const check of this.#selectors) check()
  }

  #emit(name: string, ...args: unknown[]): void {
    for (const fn of this.#listeners.get(name) ?? []) fn(...args)
  }
}

function event(type: string, data: unknown) {
  return { type, data, at: Date.now(), epoch: 1, seq: undefined }
}

function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
