/** The inspector's sight of this process. */

import type { Asker } from '../../engine/kernel/context.ts'
import { kindOf, type Position, type RoomKey } from '../../engine/kernel/position.ts'
import type { RoomActor } from '../../engine/kernel/room-actor.ts'
import type { RoomState } from '../../engine/kernel/kind.ts'
import type { Snapshot } from '../../engine/kernel/room-core.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { decodeState } from '../../engine/kernel/snapshot-codec.ts'
import type { Directory, LocalDirectory } from '../../engine/runtime/directory.ts'
import type { Engine } from '../../engine/runtime/engine.ts'
import {
  type NodeAction,
  type NodeFigures,
  type RoomAction,
  type RoomDetail,
  type RoomPast,
  type RoomSquare,
  type RoomRow,
  type RoomTrace,
  type StateNode,
} from './inspector.protocol.ts'
import { NodeDeeds, type ClusterSide } from './node-deeds.ts'
import { NodeHealth } from './node-health.ts'
import type { LeasesLeft } from './node-leases.ts'
import {
  asleep,
  pageOf,
  unknownNode,
  type Nodes,
  type RoomQuery,
  type RoomsFound,
} from './nodes.ts'
import { RoomRows } from './room-rows.ts'
import type { RoomWatch } from './room-watch.ts'
import { rowOf } from './room-traces.ts'
import { eventLimits, treeOf } from './state-tree.ts'

export interface LocalNodesOptions {
  readonly node: string
  readonly version: string
  /** Of this node for clients, where it has one of its own. */
  readonly address?: string | undefined
  readonly directory: Pick<LocalDirectory, 'keys' | 'peek' | 'release' | 'kinds'>
  /** Reaches rooms wherever they are led. */
  readonly ask: Directory['ask']
  readonly engine: () => Pick<Engine, 'transport' | 'metrics' | 'audience' | 'members' | 'dismiss'>
  readonly watch: RoomWatch
  readonly leaseHeld: () => boolean
  readonly leases: () => Promise<LeasesLeft>
  readonly draining: () => boolean
  /** Absent where there is one node. */
  readonly cluster?: ClusterSide | undefined
  readonly defect: (error: unknown, where: string) => void
}

/** A room that another node leads, as this one follows it. */
export interface RelayLook {
  readonly position: Position | undefined
  readonly clients: RoomDetail['clients']
}

const mostSquares = 300
export const mostClients = 200
/** Events that a trace begins with. */
const recentEvents = 50
/** Events shown before and after a position of the past. */
const around = 20

export class LocalNodes implements Nodes {
  readonly #options: LocalNodesOptions
  readonly #health = new NodeHealth()
  readonly #rows: RoomRows
  readonly #deeds: NodeDeeds

  constructor(options: LocalNodesOptions) {
    this.#options = options
    const followers = (key: RoomKey): ReadonlyMap<string, number> =>
      options.cluster?.followers.of(key) ?? new Map()
    this.#rows = new RoomRows({ ...options, followers })
    this.#deeds = new NodeDeeds(options)
  }

  async list(): Promise<readonly NodeFigures[]> {
    const figures = this.figures()
    const leaseMs = (await this.#options.leases()).get(figures.id)
    return [leaseMs === undefined ? figures : { ...figures, leaseMs }]
  }

  /** Of this node. */
  figures(): NodeFigures {
    const { node, version, address, leaseHeld, draining, watch, cluster } = this.#options
    const engine = this.#options.engine()
    const rows = this.#rows.all()
    return {
      id: node,
      silent: false,
      version,
      transport: engine.transport,
      ...this.#health.read(),
      rooms: rows.length,
      relays: cluster?.relays.count ?? 0,
      sockets: engine.metrics().sockets.sockets,
      ...(address !== undefined && { address }),
      leaseHeld: leaseHeld(),
      draining: draining(),
      flushMs: watch.figures.flushMs,
      largest: this.#squares(rows),
    }
  }

  #squares(rows: readonly RoomRow[]): readonly RoomSquare[] {
    const { cluster, engine } = this.#options
    const relayed = (cluster?.relays.keys() ?? []).map((key): RoomSquare => {
      return { key, kind: kindOf(key), leader: false, audience: engine().audience(key) }
    })
    return [...rows, ...relayed]
      .sort((a, b) => b.audience - a.audience)
      .slice(0, mostSquares)
      .map(({ key, kind, leader, audience }) => ({ key, kind, leader, audience }))
  }

  async rooms(query: RoomQuery): Promise<RoomsFound> {
    return { nodes: [this.#options.node], missing: [], ...pageOf(this.#rows.all(), query) }
  }

  async leader(key: RoomKey): Promise<string> {
    return this.#actor(key) && this.#options.node
  }

  async room(key: RoomKey): Promise<RoomDetail> {
    const actor = this.#actor(key)
    const { position, state } = await actor.replica()
    const { features, timers } = decodeState<Snapshot>(state)
    const { node, cluster } = this.#options
    const relayedBy = [...(cluster?.followers.of(key) ?? [])]
    return {
      ...this.#rows.of(key, actor),
      seq: position.seq,
      nodes: [node],
      relayedBy: relayedBy.map(([relay, sockets]) => ({ node: relay, sockets })),
      state: treesOf(features),
      clients: this.#clients(key),
      timers: timers.slice(0, 100).map(([name, { at, command, input }]) => ({
        key: name,
        at,
        command,
        input: treeOf(input, eventLimits),
      })),
      kept: await this.#kept(key, position.seq),
      actions: this.#deeds.of(key),
    }
  }

  /** This node's side of a room that another one leads. */
  relay(key: RoomKey): RelayLook {
    return {
      position: this.#options.cluster?.relays.peek(key)?.position,
      clients: this.#clients(key),
    }
  }

  async trace(key: RoomKey, after: string | undefined): Promise<RoomTrace> {
    const actor = this.#actor(key)
    return this.#options.watch.traces.read(key, after, (told) => {
      const { seq } = actor.position
      // What is no longer at hand is left out: the nearest that is begins the trace.
      for (let from = told ?? Math.max(0, seq - recentEvents); from < seq; from += 1) {
        const events = actor.since(from)
        if (events) return events.map((event, index) => [from + 1 + index, event])
      }
      return []
    })
  }

  async past(key: RoomKey, seq: number): Promise<RoomPast> {
    const { history } = this.#options.watch
    const kept = await this.#kept(key, this.#actor(key).position.seq)
    if (seq < kept.from || seq > kept.to) {
      throw new RoomError(
        'position.unknown',
        `Only states from ${kept.from} to ${kept.to} can be told.`,
        { retry: 'fix', data: kept },
      )
    }
    const state = await history.at(key, seq)
    const first = Math.max(kept.from, seq - around)
    const events = await history.events(key, first, 2 * around + 1)
    return { seq, kept, state: treesOf(state), events: events.map(rowOf) }
  }

  act(key: RoomKey, action: RoomAction, input: object, asker: Asker): Promise<void> {
    return this.#deeds.act(key, action, input, asker)
  }

  async manage(node: string, action: NodeAction): Promise<void> {
    if (node !== this.#options.node) throw unknownNode(node)
    this.#deeds.manage(action)
  }

  #clients(key: RoomKey): RoomDetail['clients'] {
    const { node, engine } = this.#options
    const members = engine().members(key)
    const newest = members.slice(-mostClients).reverse()
    return { total: members.length, items: newest.map((member) => ({ node, ...member })) }
  }

  #actor(key: RoomKey): RoomActor {
    return this.#options.directory.peek(key) ?? sleeping()
  }

  async #kept(key: RoomKey, to: number): Promise<{ from: number; to: number }> {
    return { from: (await this.#options.watch.history.from(key)) ?? to, to }
  }
}

function sleeping(): never {
  throw asleep()
}

function treesOf(features: RoomState): Record<string, StateNode> {
  return Object.fromEntries(Object.entries(features).map(([name, state]) => [name, treeOf(state)]))
}
