/** Lets clients into the stream of a room's frames: a view, or what they missed, and then all that follows. */

import { isPlainGuest, isUnseen } from '../kernel/context.ts'
import type { Position, RoomKey } from '../kernel/position.ts'
import { closeCodes } from '../wire/close-codes.ts'
import { encode } from '../wire/codec.ts'
import { roomDataWith } from '../wire/colyseus.ts'
import type { Welcome } from '../wire/messages.ts'
import { wire } from './frame-buffer.ts'
import { GuestFrames } from './guest-frames.ts'
import type { RoomClient } from './room-client.ts'
import type { RoomFeed } from './room-feed.ts'
import type { LiveActor, RoomHost } from './room-host.ts'

/** A client that missed more gets a view instead, events. */
const mostMissed = 1_000
/** Joiners within so long share one flush of the room's frames, ms. */
const gatherMs = 50

/** Who has seen more than a relay waits so long for it to catch up, or for the next leader, ms. */
const aheadMs = 6_000
/** A position that nobody remembers. */
const nowhere: Position = { epoch: 0, seq: -1 }

/** In a room that never rests for a microtask, a joiner may see an aggregate twice instead of waiting on. */
const mostAttempts = 20

type View = Awaited<ReturnType<LiveActor['view']>>

export interface WelcomeDesk {
  readonly room: RoomKey
  readonly host: RoomHost
  readonly feed: RoomFeed
  /** Sends what waits for the room, so that nobody gets again what its view holds already. */
  flush(): void
  /** The client follows the room from here on. */
  welcomed(client: RoomClient, returning: boolean): void
}

export class Welcomes {
  readonly #desk: WelcomeDesk
  #queue: RoomClient[] = []
  #running = false
  #ranAt = -Infinity
  /** Those who have seen more than this instance, and until when they wait for it. */
  readonly #ahead = new Map<RoomClient, number>()

  constructor(desk: WelcomeDesk) {
    this.#desk = desk
  }

  /** Queues a client that has joined, or one that needs a fresh view. */
  add(client: RoomClient): void {
    this.#queue.push(client)
    if (this.#running) return
    this.#running = true
    const { clock } = this.#desk.host
    clock.after(Math.max(0, this.#ranAt + gatherMs - clock.now()), () => void this.#run())
  }

  async #run(): Promise<void> {
    const { feed, host } = this.#desk
    this.#ranAt = host.clock.now()
    const queue = this.#queue
    this.#queue = []
    const actor = await feed.actor()
    const clients = queue.filter((client) => client.open && !this.#held(client))
    try {
      const views = await this.#views(actor, clients)
      this.#desk.flush()
      const shared = new SharedParts(actor)
      for (const [index, client] of clients.entries())
        this.#admit(actor, client, views[index]!, shared)
    } catch {
      this.#queue.push(...clients) // the room moved meanwhile: the feed finds it again
    }
    this.#running = false
    const [next] = this.#queue
    if (next) this.add(this.#queue.shift()!)
  }

  /**
   * Holds a client whose position is beyond this relay's: the leader died before its last frames came
   * here, or they are on their way. A view of this moment would take back what the client has seen.
   */
  #held(client: RoomClient): boolean {
    if (client.welcomed || !this.#isAhead(client)) return false
    if (!this.#ahead.size) void this.#watch()
    this.#ahead.set(client, this.#desk.host.clock.now() + aheadMs)
    return true
  }

  /** What a client says of a leader's room that the leader does not know is not true. */
  #isAhead({ at }: RoomClient): boolean {
    const { epoch, seq, leads } = this.#desk.feed
    if (!at || leads) return false
    return at.epoch > epoch || (at.epoch === epoch && at.seq > seq)
  }

  /** Looks after those who are held, until there are none. */
  async #watch(): Promise<void> {
    const { feed, host } = this.#desk
    do {
      await Promise.race([
        feed.moved(),
        new Promise<void>((go) => host.clock.after(aheadMs / 10, go)),
      ])
      for (const [client, until] of this.#ahead) {
        const late = host.clock.now() >= until
        if (client.open && !late && this.#isAhead(client)) continue
        this.#ahead.delete(client)
        if (late) client.at = nowhere
        if (client.open) this.add(client)
      }
    } while (this.#ahead.size && !feed.stopped)
  }

  /**
   * The views as of this very turn. `view` answers a few microtasks after it looked; when a batch came
   * in between it is asked again, because that batch would be missed or counted twice.
   */
  async #views(actor: LiveActor, clients: readonly RoomClient[]): Promise<View[]> {
    const { feed } = this.#desk
    for (let attempt = 1; ; attempt += 1) {
      const before = feed.batches
      const views = await Promise.all(clients.map(({ asker }) => actor.view(asker)))
      if (feed.batches === before || attempt === mostAttempts) return views
    }
  }

  #admit(actor: LiveActor, client: RoomClient, view: View, shared: SharedParts): void {
    if (!client.open) return
    const { position, can } = view
    if (!can.includes('watch')) return client.leave(closeCodes.kicked, 'forbidden')
    const { room, host } = this.#desk
    const { at, asker } = client
    const missed = at && !client.welcomed ? shared.missed(at) : undefined
    const { id, name, roles } = asker
    client.follow()
    const encoded = (): Uint8Array => {
      const welcome: Omit<Welcome, 'view' | 'missed'> = {
        v: 1,
        room,
        epoch: actor.epoch,
        seq: position.seq,
        now: host.now(),
        you: { id, name, roles, can: isUnseen(asker) ? ['watch'] : can },
        recovered: missed !== undefined,
      }
      const more = { ...(missed && { missed }), view: shared.view(client, view) }
      return roomDataWith('w', welcome, more)
    }
    client.send(missed ? encoded() : shared.welcome(client, view, encoded))
    if (client.welcomed) return
    client.welcomed = true
    client.at = undefined
    host.metrics[missed ? 'resumes' : 'joins'] += 1
    this.#desk.welcomed(client, at !== undefined)
  }
}

/** What many who are welcomed in one turn get alike, encoded once. */
class SharedParts {
  readonly #actor: LiveActor
  /** By number of the last event seen. */
  readonly #missed = new Map<number, Uint8Array | undefined>()
  /** Guests with the same rights see the same: of a crowd's views a few are encoded. */
  readonly #views = new Map<string, Uint8Array>()
  readonly #guests = new GuestFrames()

  constructor(actor: LiveActor) {
    this.#actor = actor
  }

  /** The events after `at`; undefined where they are no longer at hand, or too many. */
  missed({ epoch, seq }: Position): Uint8Array | undefined {
    if (epoch > this.#actor.epoch) return undefined
    if (!this.#missed.has(seq)) {
      const events = this.#actor.since(seq)
      const few = events && events.length <= mostMissed ? events : undefined
      this.#missed.set(seq, few && encode(few.map(wire)))
    }
    return this.#missed.get(seq)
  }

  /** As `encoded()`, of somebody who missed nothing that is at hand. */
  welcome({ asker }: RoomClient, { position, can }: View, encoded: () => Uint8Array): Uint8Array {
    if (!isPlainGuest(asker)) return encoded()
    return this.#guests.frame(`${position.seq} ${can.join()}`, asker.id, encoded)
  }

  view({ asker }: RoomClient, { view, can }: View): Uint8Array {
    if (!asker.roles.includes('guest')) return encode(view)
    const key = can.join()
    let bytes = this.#views.get(key)
    if (!bytes) this.#views.set(key, (bytes = encode(view)))
    return bytes
  }
}
