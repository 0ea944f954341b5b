/** Reaches a room wherever it is led, and opens it where it is led nowhere. */

import type { CompiledKind } from '../kernel/compiled-kind.ts'
import type { Asker } from '../kernel/context.ts'
import type { Owner } from '../kernel/journal.ts'
import { isRoomKey, kindOf, type RoomKey } from '../kernel/position.ts'
import type { RoomActor } from '../kernel/room-actor.ts'
import type { Environment } from '../kernel/room-core.ts'
import { RoomError, roomLost } from '../kernel/room-error.ts'
import { LeaderHints } from './leader-hints.ts'
import { leastLoaded, type Peers } from './peers.ts'
import type { Post } from './post.ts'
import type { RelayActor } from './relay-actor.ts'
import type { Relays } from './relays.ts'
import { RoomSearches } from './room-searches.ts'

/** The rooms that this node leads, and the claim of further ones. */
export interface LocalRooms {
  readonly kinds: ReadonlyMap<string, CompiledKind>
  /** True while the room is open here, or being opened. */
  holds(room: RoomKey): boolean
  /** Claims the room if need be. Throws `room.elsewhere { node }`, `node.fenced` or `draining`. */
  actor(room: RoomKey): Promise<RoomActor>
  ask(room: RoomKey, command: string, input: unknown, asker: Asker, id: string): Promise<unknown>
  /** Who opens rooms here. Throws `node.fenced` or `draining`. */
  readonly owner: Owner
  /** Gives the room to `to`, who alone may open it while alive. */
  handOver(room: RoomKey, to: Owner): Promise<void>
  /** Gives up every room and takes none until `resume`. Resolves with how many those were. */
  drain(): Promise<number>
  resume(): void
  /** Gives every room up and takes none from now on. */
  close(): Promise<void>
}

export interface ClusterDirectoryOptions {
  readonly node: string
  readonly local: LocalRooms
  readonly post: Post
  readonly peers: Pick<Peers, 'get' | 'list' | 'onGone'>
  readonly relays: Relays
  readonly env: Environment
  /** Tells the other nodes that this one leads a room which it had to wait for. */
  readonly found?: (room: RoomKey) => void
}

export type AskEnvelope = readonly [
  room: RoomKey,
  command: string,
  input: unknown,
  asker: Asker,
  id: string,
]

/** The rooms of a node that fell silent are led again within this time, unless more is wrong than that node; ms. */
const takeoverMs = 10_000
/** A node that refuses so leads nothing now. */
const leadsNothing: ReadonlySet<string> = new Set(['node.fenced', 'draining'])

/**
 * The journal decides who leads; what is remembered here are hints, dropped as soon as they prove wrong.
 * A command keeps its id over all tries, so it takes effect once.
 */
export class ClusterDirectory {
  readonly kinds: ReadonlyMap<string, CompiledKind>
  readonly #options: ClusterDirectoryOptions
  readonly #hints = new LeaderHints()
  readonly #searches: RoomSearches
  /** Activations of which the other nodes were told. */
  readonly #told = new WeakSet<RoomActor>()
  /** Nodes that fell silent lately, and when. */
  readonly #silent = new Map<string, number>()

  constructor(options: ClusterDirectoryOptions) {
    this.#options = options
    this.kinds = options.local.kinds
    const { peers, post, relays, env } = options
    this.#searches = new RoomSearches({ env })
    peers.onGone((node) => {
      this.#fell(node)
      this.#hints.gone(node)
      post.drop(node)
      relays.gone(node)
    })
  }

  /** Throws what the room refuses, or RoomError `room.lost` when it found no leader in time. */
  ask(
    room: RoomKey,
    command: string,
    input: unknown,
    asker: Asker,
    id: string = this.#options.env.newId(),
  ): Promise<unknown> {
    return this.#searches.persist(room, () => this.#ask([room, command, input, asker, id]))
  }

  /** The room's actor where this node leads it or may, else a relay of it. Throws RoomError. */
  async actor(room: RoomKey): Promise<RoomActor | RelayActor> {
    return (await this.#searches.persist(room, () => this.#actor(room)))!
  }

  /** As `actor`, but undefined as soon as it is known that the room's leader has just fallen silent. */
  find(room: RoomKey): Promise<RoomActor | RelayActor | undefined> {
    return this.#searches.persist(
      room,
      () => this.#actor(room),
      (error) => this.#isBetweenLeaders(error),
    )
  }

  /** Another node leads the room, it says: whoever waits for it asks again. */
  wake(room: RoomKey): void {
    this.#searches.wake(room)
  }

  /** Who leads the room, as far as this node knows. */
  leaderOf(room: RoomKey): string | undefined {
    const { local, relays, node } = this.#options
    return local.holds(room) ? node : (relays.leaderOf(room) ?? this.#hints.get(room))
  }

  async close(): Promise<void> {
    await this.#options.local.close()
    this.#options.relays.close()
  }

  async #actor(room: RoomKey): Promise<RoomActor | RelayActor> {
    const { relays } = this.#options
    const kind = isRoomKey(room) ? this.kinds.get(kindOf(room)) : undefined
    if (!kind) throw new RoomError('room.unknown', 'There is no such room.')
    const relay = relays.get(room)
    if (relay) return relay.catch(ofAnother)
    const leader = await this.#claim(room)
    if (typeof leader !== 'string') return leader
    return relays.open(room, kind, this.#alive(leader)).catch(ofAnother)
  }

  async #ask(envelope: AskEnvelope): Promise<unknown> {
    const [room] = envelope
    const { local, node, post, relays } = this.#options
    const leader = this.leaderOf(room) ?? (await this.#claim(room))
    try {
      if (leader === node || typeof leader !== 'string') return await local.ask(...envelope)
      return await post.ask(this.#alive(leader), 'ask', envelope)
    } catch (error) {
      if (!(error instanceof RoomError)) throw error
      const { code } = error
      if (code === 'room.elsewhere' || code === 'draining' || code === 'node.fenced') {
        this.#hints.learn(room, nodeOf(error))
        if (typeof leader === 'string') relays.lose(room, leader)
      } else if (code === 'node.silent' || code === 'room.lost') this.#hints.learn(room, undefined)
      return ofAnother(error)
    }
  }

  /** Opens the room here or tells which node leads it. */
  async #claim(room: RoomKey): Promise<RoomActor | string> {
    try {
      const actor = await this.#options.local.actor(room)
      if (this.#searches.has(room)) this.#tell(room, actor)
      return actor
    } catch (error) {
      if (!(error instanceof RoomError)) throw error
      if (error.code === 'room.elsewhere') return this.#learn(room, error)
      if (!leadsNothing.has(error.code)) throw error
      return this.#openElsewhere(room, error)
    }
  }

  /** The search is over, here and on the other nodes. */
  #tell(room: RoomKey, actor: RoomActor): void {
    if (this.#told.has(actor)) return
    this.#told.add(actor)
    this.#searches.wake(room)
    this.#options.found?.(room)
  }

  /** This node may lead nothing: the least loaded other one is asked to. Throws `refusal` where none is. */
  async #openElsewhere(room: RoomKey, refusal: RoomError): Promise<string> {
    const { peers, post, node } = this.#options
    const others = peers.list().filter((peer) => peer.node !== node && !peer.draining)
    const other = leastLoaded(others)
    if (!other) throw refusal
    try {
      await post.ask(other.node, 'open', room)
      this.#hints.learn(room, other.node)
      return other.node
    } catch (error) {
      if (!(error instanceof RoomError)) throw error
      if (error.code === 'room.elsewhere') return this.#learn(room, error)
      return ofAnother(error)
    }
  }

  #learn(room: RoomKey, elsewhere: RoomError): string {
    const leader = nodeOf(elsewhere)
    // Its own name: a former life of this node, or a room that it is just giving up.
    if (leader === undefined || leader === this.#options.node) throw roomLost(elsewhere)
    this.#hints.learn(room, this.#alive(leader, elsewhere))
    return leader
  }

  /** Throws `room.lost` where the node was not heard of lately: its lease has to run out first. */
  #alive(node: string, elsewhere?: RoomError): string {
    if (this.#options.peers.get(node)) return node
    this.#hints.gone(node)
    throw roomLost(elsewhere)
  }

  #fell(node: string): void {
    const { now } = this.#options.env
    for (const [former, at] of this.#silent)
      if (at + takeoverMs < now()) this.#silent.delete(former)
    this.#silent.set(node, now())
  }

  /** The journal names a leader that was there until just now. */
  #isBetweenLeaders({ cause }: RoomError): boolean {
    const leader = cause instanceof RoomError ? nodeOf(cause) : undefined
    if (leader === undefined || this.#options.peers.get(leader)) return false
    const at = this.#silent.get(leader)
    return at !== undefined && this.#options.env.now() < at + takeoverMs
  }
}

/** What another node says of itself is no word about this one: the room is on its way to a third. */
function ofAnother(error: unknown): never {
  throw error instanceof RoomError && leadsNothing.has(error.code) ? roomLost(error) : error
}

function nodeOf({ data }: RoomError): string | undefined {
  return typeof data['node'] === 'string' ? data['node'] : undefined
}
