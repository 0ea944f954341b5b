/** A joined live room: the folded view, events, and everything a viewer, moderator or host may do there. */

import type { Welcome, WireEvent } from '../engine/wire/messages.ts'
import { CommandIds } from '../engine/wire/command-id.ts'
import { foldLive, liveCommands, liveView } from '../rooms/kinds/live.client.ts'
import { Batches } from './batches.ts'
import type {
  LiveRoom as LiveRoomSurface,
  LiveRoomEvents,
  RoomStatus,
  SeenEvent,
  Unsubscribe,
  You,
} from './client.ts'
import { callSafely, Emitter } from './emitter.ts'
import { FirstSights } from './first-sights.ts'
import { foldRights } from './fold-rights.ts'
import { given } from './given.ts'
import { LikeCounter } from './like-counter.ts'
import { Outbox } from './outbox.ts'
import { OutgoingLine } from './outgoing-line.ts'
import type { Platform } from './platform.ts'
import { RejectError } from './reject-error.ts'
import { RoomConnection, type Seat } from './room-connection.ts'
import type { Danmaku, GiftAnswer, LiveView } from './types.ts'

const batchMs = 100
const likesMs = 300

const guest: You = { id: '', name: '', roles: ['guest'], can: ['watch'] }

export class LiveRoom implements LiveRoomSurface {
  readonly id: string
  readonly key: string
  readonly #connection: RoomConnection
  readonly #outbox: Outbox
  readonly #ids: CommandIds
  readonly #commands = liveCommands((name, input, id) => this.command(name, input, id))
  readonly #emitter = new Emitter<LiveRoomEvents>()
  readonly #selections = new Set<() => void>()
  readonly #lines: Batches<Danmaku>
  readonly #likes: LikeCounter
  readonly #ownLines = new FirstSights()
  readonly #whenReady: (error: RejectError | undefined) => void
  #view: LiveView = liveView()
  #you: You = guest

  /** `whenReady` is called once or more: undefined with the first view, an error when the room refuses. */
  constructor(
    platform: Platform,
    id: string,
    seat: (renew: boolean) => Promise<Seat>,
    whenReady: (error: RejectError | undefined) => void,
  ) {
    this.id = id
    this.key = `live_${id}`
    this.#ids = new CommandIds(() => platform.now())
    this.#whenReady = whenReady
    this.#outbox = new Outbox(
      platform,
      (command) => this.#connection.send('c', command),
      () => this.newId(),
    )
    this.#lines = new Batches(platform, batchMs, (batch) => this.#emitter.emit('danmaku', batch))
    this.#likes = new LikeCounter(platform, likesMs, (count) =>
      this.#connection.send('c', [this.newId(), 'like.add', { count }]),
    )
    this.#connection = new RoomConnection(platform, seat, {
      status: (status, retryInMs) => this.#statusChanged(status, retryInMs),
      welcome: (welcome, how) => this.#welcomed(welcome, how),
      events: (...told) => this.#received(...told),
      shed: (lines) => this.#emitter.emit('shed', lines),
      answered: (answer) => this.#outbox.answered(answer),
      closed: (code, reason, error) => this.#closed(code, reason, error),
    })
    this.#connection.start()
  }

  get status(): RoomStatus {
    return this.#connection.status
  }

  get retryInMs(): number | undefined {
    return this.#connection.retryInMs
  }

  get view(): LiveView {
    return this.#view
  }

  get you(): You {
    return this.#you
  }

  now(): number {
    return this.#ids.now()
  }

  newId(): string {
    return this.#ids.next()
  }

  on<E extends keyof LiveRoomEvents>(event: E, fn: LiveRoomEvents[E]): Unsubscribe {
    return this.#emitter.on(event, fn)
  }

  select<T>(
    selector: (view: LiveView) => T,
    fn: (value: T) => void,
    equal: (a: T, b: T) => boolean = Object.is,
  ): Unsubscribe {
    let last = selector(this.#view)
    const check = (): void => {
      const next = selector(this.#view)
      if (equal(last, next)) return
      last = next
      fn(next)
    }
    this.#selections.add(check)
    callSafely(() => fn(last))
    return () => {
      this.#selections.delete(check)
    }
  }

  readonly danmaku: LiveRoomSurface['danmaku'] = {
    send: (text, options = {}) =>
      new OutgoingLine((previous) => {
        const id = previous ?? this.newId()
        const sent = this.#outbox.ask<Danmaku>(
          'line',
          'danmaku.send',
          given({ text, ...options }),
          id,
        )
        void sent.answer.then(
          (line) => this.#ownLine(line),
          () => {},
        )
        return sent
      }),
    slow: (seconds) => this.#commands.danmaku.slow(seconds),
  }

  readonly likes: LiveRoomSurface['likes'] = { add: (count = 1) => this.#likes.add(count) }

  readonly gifts: LiveRoomSurface['gifts'] = {
    send: ({ gift, count = 1, key, note }) =>
      this.#outbox.ask<GiftAnswer>(
        'gift',
        'gift.send',
        given({ gift, count, note }),
        key ?? this.newId(),
      ).answer,
  }

  readonly session: LiveRoomSurface['session'] = this.#commands.live
  readonly members: LiveRoomSurface['members'] = this.#commands.member

  command<Answer>(name: string, input: unknown, id: string = this.newId()): Promise<Answer> {
    return this.#outbox.ask<Answer>('command', name, given(input as object), id).answer
  }

  leave(): void {
    if (this.status === 'closed') return
    this.#connection.close()
    this.#over(new RejectError('closed', 'You left the room.'))
    this.#emitter.emit('status', 'closed', undefined)
    this.#emitter.emit('closed', { code: 4000, reason: 'left' })
  }

  #statusChanged(status: RoomStatus, retryInMs: number | undefined): void {
    if (status === 'online') this.#outbox.online()
    else {
      this.#outbox.offline()
      this.#likes.clear()
    }
    this.#emitter.emit('status', status, retryInMs)
  }

  #welcomed(welcome: Welcome, how: { again: boolean; gap: boolean; resumed: boolean }): void {
    this.#ids.sync(welcome.now)
    this.#you = welcome.you
    if (welcome.view && !how.resumed) {
      this.#view = liveView(welcome.view)
      this.#viewChanged()
    }
    if (how.again)
      this.#emitter.emit('recovered', { gap: how.gap, missed: welcome.missed?.length ?? 0 })
    this.#whenReady(undefined)
  }

  #received(
    epoch: number,
    firstSeq: number | undefined,
    events: readonly WireEvent[],
    after?: Welcome['view'],
  ): void {
    const fresh: SeenEvent[] = []
    events.forEach(([type, data, at]: readonly [string, any, number], i) => {
      if (type === 'danmaku.sent' && data.user.id === this.#you.id && !this.#ownLines.see(data.id))
        return
      const seq = firstSeq === undefined ? undefined : firstSeq + i
      fresh.push({ type, data, at, epoch, seq })
    })
    this.#apply(fresh, after)
  }

  /** Folds all first, so that a listener sees the view after the whole frame. */
  #apply(events: readonly SeenEvent[], after?: Welcome['view']): void {
    const before = this.#view
    for (const event of events) {
      this.#view = foldLive(this.#view, [event.type, event.data, event.at])
      this.#you = foldRights(this.#you, event)
    }
    if (after) this.#view = liveView(after)
    if (this.#view !== before) this.#viewChanged()
    for (const event of events) {
      if (event.type === 'danmaku.sent') this.#lines.add(event.data)
      if (event.type === 'gift.sent') this.#emitter.emit('gift', event.data, event)
      this.#emitter.emit('event', event)
    }
  }

  /** The answer brings the own line before its echo, or without it where the echo was shed. */
  #ownLine(line: Danmaku): void {
    if (!this.#ownLines.see(line.id)) return
    this.#apply([{ type: 'danmaku.sent', data: line, at: this.now(), epoch: 0, seq: undefined }])
  }

  #viewChanged(): void {
    for (const check of this.#selections) callSafely(check)
  }

  #closed(code: number, reason: string, error: RejectError): void {
    this.#over(error)
    this.#whenReady(error)
    this.#emitter.emit('closed', { code, reason })
  }

  #over(error: RejectError): void {
    this.#outbox.close(error)
    this.#likes.clear()
    this.#lines.flush()
  }
}
