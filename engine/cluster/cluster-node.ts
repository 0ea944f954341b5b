/** One node of a cluster: what it says to the others, and what they may ask of it. */

import type { Asker } from '../kernel/context.ts'
import type { Owner } from '../kernel/journal.ts'
import type { Position, RoomKey } from '../kernel/position.ts'
import type { Replica } from '../kernel/replica.ts'
import type { Environment } from '../kernel/room-core.ts'
import { RoomError } from '../kernel/room-error.ts'
import { decodeState, encodeState } from '../kernel/snapshot-codec.ts'
import type { Bus } from './bus.ts'
import { ClusterDirectory, type AskEnvelope, type LocalRooms } from './cluster-directory.ts'
import { Followers, type Following } from './followers.ts'
import { Peers, type Peer } from './peers.ts'
import { Placement } from './placement.ts'
import { Post, type PostHandler } from './post.ts'
import type { LedReplica } from './relay-actor.ts'
import { Relays } from './relays.ts'

export interface SeatRequest {
  readonly room: RoomKey
  readonly asker: Asker
  readonly options: { session?: string }
}

/** A user or a session whose sockets are closed. */
export interface Expelled {
  readonly user?: string
  readonly session?: string
}

/** The node's instances and sockets, as the engine has them. */
export interface Stage<Seat = unknown> {
  /** The room's instance here. Its `replica` throws `room.elsewhere` where the room is led elsewhere. */
  instance(room: RoomKey): Promise<{
    replica<T>(cut: (epoch: number) => T): Promise<Replica & { cut: T }>
  }>
  audience(room: RoomKey): number
  issue(request: SeatRequest): Promise<Seat>
  expel(who: Expelled, code?: number, reason?: string): void
}

export interface ClusterNodeOptions {
  readonly node: string
  readonly bus: Bus
  readonly local: LocalRooms
  readonly env: Environment
  /** Of this node, without what the node itself knows. */
  readonly self: () => Omit<Peer, 'node' | 'draining'>
  /** Sockets that an instance takes before new seats go to relays on other nodes. */
  readonly roomAudience: number
}

const expelChannel = 'expel'
/** Rooms that have a leader again. */
const ledChannel = 'led'

/** Made before the engine, because the engine needs its directory and spread; `start` completes it. */
export class ClusterNode<Seat = unknown> {
  readonly directory: ClusterDirectory
  /** The way of this node's frames to the relays of the rooms that it leads. */
  readonly followers: Followers
  readonly peers: Peers
  readonly relays: Relays
  readonly #options: ClusterNodeOptions
  readonly #post: Post
  readonly #placement: Placement
  #stage: Stage<Seat> | undefined
  #ends: (() => void)[] = []
  #draining = false
  #handedOver = 0

  constructor(options: ClusterNodeOptions) {
    this.#options = options
    const { node, bus, local, env, self, roomAudience } = options
    const { now, after, defer, defect } = env
    this.#post = new Post({ bus, node, after, defer, defect })
    this.peers = new Peers({
      bus,
      now,
      after,
      self: () => ({ ...self(), node, draining: this.#draining }),
    })
    this.followers = new Followers(bus, now)
    const sockets = (room: RoomKey): number => this.#stage?.audience(room) ?? 0
    this.relays = new Relays({ bus, post: this.#post, env, sockets })
    this.directory = new ClusterDirectory({
      node,
      local,
      post: this.#post,
      peers: this.peers,
      relays: this.relays,
      env,
      found: (room) => bus.publish(ledChannel, encodeState(room)),
    })
    this.#placement = new Placement({
      node,
      limit: roomAudience,
      now,
      peers: () => this.peers.list(),
      audience: sockets,
      followers: (room) => this.followers.of(room),
      leaderOf: (room) => this.directory.leaderOf(room),
      askLeader: (leader, room) => this.#post.ask(leader, 'place', room),
    })
    this.#answerOthers()
  }

  /** Resolves when this node hears the others and is heard. */
  async start(stage: Stage<Seat>): Promise<void> {
    this.#stage = stage
    const { bus } = this.#options
    this.#ends = await Promise.all([
      bus.subscribe(expelChannel, (message) => {
        const [who, code, reason] = decodeState<[Expelled, number?, string?]>(message)
        stage.expel(who, code, reason)
      }),
      bus.subscribe(ledChannel, (message) => this.directory.wake(decodeState<RoomKey>(message))),
    ])
    await this.#post.start()
    await this.peers.start()
  }

  /** A seat on this node or on the one that has room for it. Throws RoomError. */
  async seat(request: SeatRequest): Promise<Seat> {
    const { node } = this.#options
    const place = await this.#placement.place(request.room)
    if (place === node) return this.#here.issue(request)
    try {
      return await this.#post.ask<Seat>(place, 'seat', request)
    } catch (error) {
      const silent = error instanceof RoomError && error.code === 'node.silent'
      if (silent && !this.#draining) return this.#here.issue(request)
      throw error
    }
  }

  /** Closes sockets of a user or a session on every node. */
  expel(who: Expelled, code?: number, reason?: string): void {
    this.#stage?.expel(who, code, reason)
    this.#options.bus.publish(expelChannel, encodeState([who, code, reason]))
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Rooms that this node gave to others since its start. */
  get handedOver(): number {
    return this.#handedOver
  }

  /** Declares what other nodes may ask of this one under `topic`. Before `start`. */
  answer(topic: string, handler: PostHandler): void {
    this.#post.on(topic, handler)
  }

  /** Rejects with the other node's RoomError, or `node.silent` when no answer comes within `timeoutMs`. */
  ask<T>(node: string, topic: string, payload: unknown, timeoutMs?: number): Promise<T> {
    return this.#post.ask<T>(node, topic, payload, timeoutMs)
  }

  /** Takes no new rooms and seats, and hands its rooms over; its sockets stay and follow them. */
  async drain(): Promise<void> {
    this.#draining = true
    this.peers.announce()
    this.#handedOver += await this.#options.local.drain()
  }

  /** Takes rooms and seats again. */
  resume(): void {
    this.#draining = false
    this.#options.local.resume()
    this.peers.announce()
  }

  /**
   * Gives a room that this node leads to the node `to`, and to no other; sockets stay and follow it.
   * Throws `room.elsewhere`, or what keeps `to` from leading it.
   */
  async handOver(room: RoomKey, to: string): Promise<void> {
    const { local, node } = this.#options
    if (!local.holds(room) || to === node) {
      throw new RoomError('room.elsewhere', `Node ${node} does not lead the room.`)
    }
    const owner = await this.#post.ask<Owner>(to, 'ready', room)
    await local.handOver(room, owner)
    this.#handedOver += 1
    await this.#post.ask(to, 'open', room)
  }

  /** After the engine: nobody is left who listens. */
  async stop(): Promise<void> {
    await this.directory.close()
    for (const end of this.#ends) end()
    this.peers.stop()
    this.#post.stop()
  }

  get #here(): Stage<Seat> {
    if (this.#stage) return this.#stage
    throw new RoomError('node.silent', 'This node is still starting.', { retry: 'retry' })
  }

  #answerOthers(): void {
    const { local } = this.#options
    const post = this.#post
    post.on('ask', (envelope: AskEnvelope) => local.ask(...envelope))
    post.on('ready', async () => local.owner)
    post.on('open', async (room: RoomKey) => void (await local.actor(room)))
    post.on('place', async (room: RoomKey) => this.#placement.choose(room))
    post.on('seat', (request: SeatRequest) => this.#here.issue(request))
    post.on('follow', ({ room }: { room: RoomKey }, from) => this.#lead(room, from))
    post.on('following', async ({ room, epoch, ...has }: FollowingRoom, from) =>
      this.followers.keep(room, epoch, from, has),
    )
  }

  /** Gives `from` a replica whose next frame is the first that it gets. */
  async #lead(room: RoomKey, from: string): Promise<LedReplica> {
    await this.#options.local.actor(room) // throws where another node leads
    const instance = await this.#here.instance(room)
    const { cut, ...replica } = await instance.replica((epoch) =>
      this.followers.add(room, epoch, from),
    )
    return { ...replica, count: cut, sender: this.#options.self().incarnation }
  }
}

interface FollowingRoom extends Pick<Position, 'epoch'>, Following {
  readonly room: RoomKey
}
