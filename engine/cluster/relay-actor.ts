/** A room that another node leads, as this node sees it: a replica that is folded from the leader's frames. */

import type { CompiledKind } from '../kernel/compiled-kind.ts'
import type { Asker } from '../kernel/context.ts'
import type { RoomEvent } from '../kernel/journal.ts'
import type { Position, RoomKey } from '../kernel/position.ts'
import { RecentEvents } from '../kernel/recent-events.ts'
import type { Replica } from '../kernel/replica.ts'
import { RoomCore, type Environment, type Snapshot } from '../kernel/room-core.ts'
import { roomLost } from '../kernel/room-error.ts'
import { RoomListeners, type PublishedBatch, type RoomListener } from '../kernel/room-listeners.ts'
import { decodeState } from '../kernel/snapshot-codec.ts'
import { roomDataHead } from '../wire/colyseus.ts'
import { decode } from '../wire/codec.ts'
import type { WireEvent } from '../wire/messages.ts'
import type { Bus } from './bus.ts'
import type { Post } from './post.ts'
import { decodeSpread, roomChannel, type SpreadFrame } from './spread-frame.ts'

/** What a leader gives a new relay. `count`: of the last frame that the state already holds. */
export interface LedReplica extends Replica {
  /** Of the last frame that it holds. */
  readonly count: number
  /** The incarnation of the leader's node, which alone sends the frames that follow. */
  readonly sender: string
}

export interface RelayOptions {
  readonly room: RoomKey
  readonly kind: CompiledKind
  readonly leader: string
  readonly bus: Bus
  readonly post: Post
  readonly env: Environment
  /** Sockets of this node in the room, for the leader's placement. */
  readonly sockets: () => number
}

/** How often the leader is told that the relay is still there, ms. */
const keepMs = 2_000

/**
 * Lost as soon as it may have missed something: a frame's number, a silent leader, a gap of the bus, a
 * newer epoch. Whoever listens opens the room again and gets what it missed.
 */
export class RelayActor {
  readonly key: RoomKey
  readonly leader: string
  readonly #options: RelayOptions
  readonly #core: RoomCore
  readonly #recent = new RecentEvents()
  readonly #listeners: RoomListeners
  #held: { spread: SpreadFrame; sender: string | undefined }[] | undefined = []
  /** The incarnation of the leader's node. */
  #sender: string | undefined
  #epoch = 0
  #seq = 0
  #count = 0
  #ends: (() => void)[] = []
  #cancelKeep: (() => void) | undefined
  #state: 'opening' | 'open' | 'lost' = 'opening'

  /** Throws RoomError `room.elsewhere` with `{ node }`, `node.silent`, or what the leader says. */
  static async open(options: RelayOptions): Promise<RelayActor> {
    const relay = new RelayActor(options)
    try {
      await relay.#follow()
      return relay
    } catch (error) {
      relay.lose()
      throw error
    }
  }

  private constructor(options: RelayOptions) {
    this.key = options.room
    this.leader = options.leader
    this.#options = options
    this.#core = new RoomCore(options.kind, options.env)
    this.#listeners = new RoomListeners(options.env.defect)
  }

  get epoch(): number {
    return this.#epoch
  }

  get position(): Position {
    return { epoch: this.#epoch, seq: this.#seq }
  }

  get idle(): boolean {
    return !this.#listeners.size
  }

  async view(
    viewer: Asker,
  ): Promise<{ position: Position; view: Record<string, unknown>; can: string[] }> {
    if (this.#state === 'lost') throw roomLost()
    return {
      position: this.position,
      view: this.#core.view(viewer),
      can: this.#core.rights(viewer),
    }
  }

  since(seq: number): readonly RoomEvent[] | undefined {
    return this.#recent.since(seq)
  }

  listen(listener: RoomListener): () => void {
    return this.#listeners.add(listener)
  }

  /** Told once, when it is over. */
  onLost(tell: () => void): void {
    if (this.#state === 'lost') tell()
    else this.#ends.push(tell)
  }

  /** Ends it; listeners look for the room anew. */
  lose(): void {
    if (this.#state === 'lost') return
    this.#state = 'lost'
    this.#cancelKeep?.()
    for (const end of this.#ends) end()
    this.#listeners.lost()
  }

  async #follow(): Promise<void> {
    const { bus, post, room, leader } = this.#options
    const end = await bus.subscribe(roomChannel(room), (bytes, sender) =>
      this.#receive(bytes, sender),
    )
    this.#ends.push(
      end,
      bus.onGap(() => this.lose()),
    )
    const replica = await post.ask<LedReplica>(leader, 'follow', { room })
    if (this.#ended) throw roomLost() // the bus lost something meanwhile, perhaps behind the replica
    this.#restore(replica)
    const held = this.#held ?? []
    this.#held = undefined
    this.#state = 'open'
    for (const { spread, sender } of held) this.#takeSafely(spread, sender)
    if (!this.#ended) this.#keep()
  }

  get #ended(): boolean {
    return this.#state === 'lost'
  }

  #restore({ position, count, state, recent, sender }: LedReplica): void {
    this.#sender = sender
    this.#core.restore(decodeState<Snapshot>(state))
    this.#epoch = position.epoch
    this.#seq = position.seq
    this.#count = count
    const events = decodeState<RoomEvent[]>(recent)
    this.#recent.push(position.seq - events.length + 1, events)
  }

  #receive(bytes: Uint8Array, sender: string | undefined): void {
    const frame = decodeSpread(bytes)
    if (!frame || this.#state === 'lost') return
    // What arrives before the replica does is kept: it may come after it in the log.
    if (this.#held) {
      const spread = { ...frame, frame: Uint8Array.from(frame.frame) }
      this.#held.push({ spread, sender })
    } else this.#takeSafely(frame, sender)
  }

  /** What cannot be read is as good as missed. */
  #takeSafely(spread: SpreadFrame, sender: string | undefined): void {
    try {
      if (this.#isLeaders(spread, sender)) this.#take(spread)
    } catch (error) {
      this.#options.env.defect(error, `a frame of ${this.key}`)
      this.lose()
    }
  }

  /** Another node may only speak as the next leader, and then the journal is asked who that is. */
  #isLeaders({ epoch }: SpreadFrame, sender: string | undefined): boolean {
    return sender === this.#sender || sender === undefined || epoch > this.#epoch
  }

  #take(spread: SpreadFrame): void {
    if (this.#state === 'lost') return
    const { epoch, count, kind, frame } = spread
    if (epoch < this.#epoch || (epoch === this.#epoch && count <= this.#count)) return
    if (epoch > this.#epoch || count !== this.#count + 1 || kind === 'ended') return this.lose()
    this.#count = count
    const head = roomDataHead(frame)
    if (!head) return this.lose()
    const message = decode(frame.subarray(head.start)) as [number, ...unknown[]]
    if (kind === 'must') this.#must(frame, message as [number, number, WireEvent[]])
    else this.#publish(0, (message[1] as WireEvent[]).map(eventOf), { lane: kind, frame })
  }

  #must(frame: Uint8Array, [, firstSeq, wired]: [number, number, WireEvent[]]): void {
    const known = this.#seq - firstSeq + 1
    if (known < 0) return this.lose() // a hole in the log: the leader speaks of what we never saw
    const events = wired.slice(known).map(eventOf)
    if (!events.length) return
    const first = firstSeq + known
    this.#seq = first + events.length - 1
    this.#recent.push(first, events)
    this.#publish(first, events, known === 0 ? { lane: 'must', frame } : undefined)
  }

  #publish(firstSeq: number, events: readonly RoomEvent[], ready?: PublishedBatch['ready']): void {
    for (const event of events) this.#core.evolve(event)
    this.#listeners.publish({ epoch: this.#epoch, firstSeq, events, ...(ready && { ready }) })
  }

  #keep(): void {
    const { env, post, room, leader, sockets } = this.#options
    this.#cancelKeep = env.after(keepMs, () => {
      const has = { epoch: this.#epoch, sockets: sockets(), count: this.#count }
      post.ask<boolean>(leader, 'following', { room, ...has }).then(
        (known) => (known ? this.#state === 'open' && this.#keep() : this.lose()),
        () => this.lose(),
      )
    })
  }
}

function eventOf([type, data, at]: WireEvent): RoomEvent {
  return { type, data, at }
}
