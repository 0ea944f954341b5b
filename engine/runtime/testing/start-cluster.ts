/** Several nodes in one process over one memory hub, journal and set of leases, for tests. */

import { randomBytes, randomUUID } from 'node:crypto'
import { ClusterNode, type SeatRequest } from '../../cluster/cluster-node.ts'
import { MemoryHub } from '../../cluster/memory-bus.ts'
import type { Bus, BusListener } from '../../cluster/bus.ts'
import { SealedBus } from '../../cluster/sealed-bus.ts'
import type { Asker } from '../../kernel/context.ts'
import { MemoryJournal } from '../../kernel/memory-journal.ts'
import { LocalDirectory } from '../directory.ts'
import { createEngine, type Engine, type EngineOptions } from '../engine.ts'
import { systemEnvironment } from '../environment.ts'
import { socketUrl, type Seat } from '../seats.ts'
import { chatKind } from './chat-kind.ts'
import { RawClient } from './raw-client.ts'
import { eventually, user } from './start-engine.ts'

export interface TestClusterNode {
  readonly name: string
  readonly cluster: ClusterNode<Seat>
  readonly local: LocalDirectory
  readonly engine: Engine
  readonly bus: CuttableBus
  readonly defects: unknown[]
  /** A seat that this node was asked for; it may be on another one. */
  seat(room: string, asker?: Asker): Promise<Seat>
  join(room: string, asker?: Asker, at?: string): Promise<RawClient>
  /** Ends its lease and its part in the bus without a word, as a crash does; its sockets hang. */
  crash(): void
}

export interface TestCluster {
  readonly hub: MemoryHub
  readonly journal: MemoryJournal
  readonly secret: Uint8Array
  readonly nodes: readonly TestClusterNode[]
  stop(): Promise<void>
}

/** A bus that can be cut off, and that can lose single messages. */
export class CuttableBus implements Bus {
  readonly #bus: Bus
  cut = false
  /** True loses a message on its way to this node. */
  lose: (channel: string) => boolean = () => false

  constructor(bus: Bus) {
    this.#bus = bus
  }

  get stats() {
    return this.#bus.stats
  }

  publish(channel: string, message: Uint8Array): void {
    if (!this.cut) this.#bus.publish(channel, message)
  }

  subscribe(channel: string, listener: BusListener): Promise<() => void> {
    return this.#bus.subscribe(channel, (message, sender) => {
      if (!this.cut && !this.lose(channel)) listener(message, sender)
    })
  }

  onGap(listener: () => void): () => void {
    return this.#bus.onGap(listener)
  }

  close(): Promise<void> {
    return this.#bus.close()
  }
}

export async function startCluster(
  count: number,
  options: Pick<EngineOptions, 'settings'> & { roomAudience?: number } = {},
): Promise<TestCluster> {
  const hub = new MemoryHub()
  const alive = new Set<string>()
  const journal = new MemoryJournal({ alive: ({ incarnation }) => alive.has(incarnation) })
  const secret = randomBytes(32)
  const nodes: TestClusterNode[] = []
  const stops: (() => Promise<void>)[] = []
  for (let index = 0; index < count; index += 1) {
    const name = `n${index}`
    const owner = { node: name, incarnation: randomUUID() }
    alive.add(owner.incarnation)
    const defects: unknown[] = []
    const defect = (error: unknown): void => void defects.push(error)
    const env = systemEnvironment(defect)
    const bus = new CuttableBus(new SealedBus(hub.connect(), secret, owner.incarnation))
    const local = new LocalDirectory({ kinds: [chatKind], journal, owner, env })
    const bound: { address: string | undefined } = { address: undefined }
    const cluster = new ClusterNode<Seat>({
      node: name,
      bus,
      local,
      env,
      roomAudience: options.roomAudience ?? 5_000,
      self: () => ({
        incarnation: owner.incarnation,
        address: bound.address,
        sockets: 0,
        rooms: local.keys().length,
        load: 0,
      }),
    })
    const engine = await createEngine({
      directory: cluster.directory,
      spread: cluster.followers,
      secret,
      http: async () => new Response('hello'),
      defect,
      ...(options.settings && { settings: options.settings }),
      transport: { prefer: 'uws' },
    })
    const port = await engine.listen(0, '127.0.0.1')
    bound.address = `127.0.0.1:${port}`
    const issue = async ({ room, asker, options }: SeatRequest): Promise<Seat> => ({
      ...(await engine.seats.issue(room, asker, options)),
      publicAddress: bound.address!,
    })
    await cluster.start({
      instance: (room) => engine.instance(room),
      audience: (room) => engine.audience(room),
      expel: (...who) => engine.expel(...who),
      issue,
    })
    const seat = (room: string, asker = user('ada')): Promise<Seat> =>
      cluster.seat({ room, asker, options: {} })
    stops.push(async () => {
      await cluster.drain()
      await engine.stop()
      await cluster.stop()
      await bus.close()
    })
    nodes.push({
      name,
      cluster,
      local,
      engine,
      bus,
      defects,
      seat,
      async join(room, asker, at) {
        const given = await seat(room, asker)
        const url = socketUrl(`http://${given.publicAddress}`, given)
        return new RawClient(at ? `${url}&at=${at}` : url)
      },
      crash() {
        bus.cut = true
        alive.delete(owner.incarnation)
      },
    })
  }
  await eventually(() => nodes.every(({ cluster }) => cluster.peers.list().length === count))
  return {
    hub,
    journal,
    secret,
    nodes,
    async stop() {
      for (const { bus } of nodes) bus.cut = false
      for (const stop of stops) await stop()
    },
  }
}
