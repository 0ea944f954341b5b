/** The inspector's sight of all nodes, from any of them: each is asked for what it knows best. */

import type { ClusterNode } from '../../engine/cluster/cluster-node.ts'
import type { Asker } from '../../engine/kernel/context.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type {
  NodeAction,
  NodeFigures,
  NodeRow,
  RoomAction,
  RoomDetail,
  RoomPast,
  RoomRow,
  RoomTrace,
} from './inspector.protocol.ts'
import { mostClients, type LocalNodes, type RelayLook } from './local-nodes.ts'
import type { LeasesLeft } from './node-leases.ts'
import {
  asleep,
  pageOf,
  unknownNode,
  type Nodes,
  type RoomQuery,
  type RoomsFound,
} from './nodes.ts'

export interface ClusterNodesOptions {
  readonly node: string
  readonly local: LocalNodes
  readonly cluster: Pick<ClusterNode, 'answer' | 'ask' | 'peers' | 'directory'>
  readonly leases: () => Promise<LeasesLeft>
  /** A node that says nothing for so long is left out of an answer, ms. */
  readonly patienceMs?: number
}

const topic = 'inspect'
/** A hand-over waits for two other nodes and a flush, ms. */
const actMs = 10_000

/** Made before the cluster's node starts: it declares what others may ask of this one. */
export class ClusterNodes implements Nodes {
  readonly #options: ClusterNodesOptions
  readonly #questions: Questions

  constructor(options: ClusterNodesOptions) {
    this.#options = options
    const { local, cluster } = options
    this.#questions = questionsTo(local)
    cluster.answer(topic, ([name, args]: [keyof Questions, never[]]) => this.#here(name, args))
  }

  async list(): Promise<readonly NodeRow[]> {
    const [{ answers, missing }, leases] = await Promise.all([
      this.#everyone('figures', []),
      this.#options.leases(),
    ])
    const heard = new Set(answers.map(([node]) => node))
    const silent = new Set([...missing, ...leases.keys()].filter((node) => !heard.has(node)))
    const left = (id: string): { leaseMs?: number } => {
      const leaseMs = leases.get(id)
      return leaseMs === undefined ? {} : { leaseMs }
    }
    const rows: NodeRow[] = [
      ...answers.map(([id, figures]) => ({ ...(figures as NodeFigures), ...left(id) })),
      ...[...silent].map((id) => ({ id, silent: true as const, ...left(id) })),
    ]
    return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async rooms(query: RoomQuery): Promise<RoomsFound> {
    const { answers, missing } = await this.#everyone('rooms', [query])
    const found = answers.map(([, answer]) => answer as RoomsFound)
    const rows = new Map<RoomKey, RoomRow>()
    let total = found.reduce((sum, one) => sum + one.total, 0)
    // A room that moves may be told of twice: the newer epoch is right.
    for (const row of found.flatMap((one) => one.rows)) {
      const known = rows.get(row.key)
      if (known) total -= 1
      if (!known || known.epoch < row.epoch) rows.set(row.key, row)
    }
    const nodes = answers.map(([node]) => node).sort()
    return { nodes, missing, rows: pageOf([...rows.values()], query).rows, total }
  }

  async leader(key: RoomKey): Promise<string> {
    const guess = this.#options.cluster.directory.leaderOf(key)
    if (guess !== undefined && (await this.#ask(guess, 'holds', [key]).catch(() => false)))
      return guess
    const { answers, missing } = await this.#everyone('holds', [key])
    const holder = answers.find(([, holds]) => holds)
    if (holder) return holder[0]
    throw missing.length ? silentNodes(missing) : asleep()
  }

  async room(key: RoomKey): Promise<RoomDetail> {
    const detail = (await this.#ofLeader(key, 'room', [key])) as RoomDetail
    const looks = await Promise.all(
      detail.relayedBy.map(({ node }) =>
        (this.#ask(node, 'relay', [key]) as Promise<RelayLook>).catch(() => undefined),
      ),
    )
    const relayedBy = detail.relayedBy.map(({ node, sockets }, index) => {
      const look = looks[index]
      if (!look?.position) return { node, sockets }
      // Of another epoch: it follows a former leader, or already the next one.
      const { epoch, seq } = look.position
      const behind = epoch === detail.epoch ? Math.max(0, detail.seq - seq) : undefined
      return { node, sockets: look.clients.total, ...(behind !== undefined && { behind }) }
    })
    const answered = detail.relayedBy.filter((_, index) => looks[index]).map(({ node }) => node)
    const clients = [detail.clients, ...looks.flatMap((look) => (look ? [look.clients] : []))]
    return {
      ...detail,
      nodes: [...detail.nodes, ...answered],
      // Fresher than what the leader was told last.
      sockets: relayedBy.reduce((sum, { sockets }) => sum + sockets, detail.clients.total),
      relayedBy,
      clients: {
        total: clients.reduce((sum, { total }) => sum + total, 0),
        items: clients
          .flatMap(({ items }) => items)
          .sort((a, b) => b.since - a.since)
          .slice(0, mostClients),
      },
    }
  }

  trace(key: RoomKey, after: string | undefined): Promise<RoomTrace> {
    return this.#ofLeader(key, 'trace', [key, after]) as Promise<RoomTrace>
  }

  past(key: RoomKey, seq: number): Promise<RoomPast> {
    return this.#ofLeader(key, 'past', [key, seq]) as Promise<RoomPast>
  }

  async act(key: RoomKey, action: RoomAction, input: object, asker: Asker): Promise<void> {
    if (action === 'close' || action === 'handover') {
      await this.#ask(await this.leader(key), 'act', [key, action, input, asker], actMs)
      return
    }
    await this.#options.local.act(key, action, input, asker)
  }

  async manage(node: string, action: NodeAction): Promise<void> {
    if (!this.#options.cluster.peers.get(node)) throw unknownNode(node)
    await this.#ask(node, 'manage', [node, action])
  }

  /** Asks the leader that is believed, and looks for it where that one is none. */
  async #ofLeader(key: RoomKey, name: 'room' | 'trace' | 'past', args: unknown[]) {
    const guess = this.#options.cluster.directory.leaderOf(key)
    try {
      if (guess !== undefined) return await this.#ask(guess, name, args)
    } catch (error) {
      if (!(error instanceof RoomError && lost.has(error.code))) throw error
    }
    return this.#ask(await this.leader(key), name, args)
  }

  async #everyone(name: 'figures' | 'rooms' | 'holds', args: unknown[]): Promise<Everyone> {
    const nodes = this.#options.cluster.peers.list().map(({ node }) => node)
    const asked = await Promise.allSettled(nodes.map((node) => this.#ask(node, name, args)))
    const answers: [string, unknown][] = []
    const missing: string[] = []
    for (const [index, one] of asked.entries()) {
      if (one.status === 'fulfilled') answers.push([nodes[index]!, one.value])
      else missing.push(nodes[index]!)
    }
    return { answers, missing: missing.sort() }
  }

  #ask(node: string, name: keyof Questions, args: unknown[], ms?: number): Promise<unknown> {
    const { cluster, patienceMs = 1_500 } = this.#options
    if (node === this.#options.node) return this.#here(name, args as never[])
    return cluster.ask(node, topic, [name, args], ms ?? patienceMs)
  }

  async #here(name: keyof Questions, args: never[]): Promise<unknown> {
    if (!Object.hasOwn(this.#questions, name)) {
      throw new RoomError(
        'node.unknown_topic',
        'This node cannot tell that; it has another version.',
      )
    }
    return (this.#questions[name] as (...args: never[]) => unknown)(...args)
  }
}

interface Everyone {
  readonly answers: readonly (readonly [node: string, answer: unknown])[]
  readonly missing: readonly string[]
}

const lost: ReadonlySet<string> = new Set(['room.asleep', 'node.silent'])

type Questions = ReturnType<typeof questionsTo>

/** What a node answers of itself. */
function questionsTo(local: LocalNodes) {
  return {
    figures: () => local.figures(),
    rooms: (query: RoomQuery) => local.rooms(query),
    holds: (key: RoomKey) =>
      local.leader(key).then(
        () => true,
        () => false,
      ),
    room: (key: RoomKey) => local.room(key),
    relay: (key: RoomKey) => local.relay(key),
    trace: (key: RoomKey, after: string | undefined) => local.trace(key, after),
    past: (key: RoomKey, seq: number) => local.past(key, seq),
    act: (key: RoomKey, action: RoomAction, input: object, asker: Asker) =>
      local.act(key, action, input, asker),
    manage: (node: string, action: NodeAction) => local.manage(node, action),
  }
}

function silentNodes(nodes: readonly string[]): RoomError {
  return new RoomError(
    'node.silent',
    `No answer from ${nodes.join(', ')}; the room may be there.`,
    {
      retry: 'retry',
      data: { nodes },
    },
  )
}
