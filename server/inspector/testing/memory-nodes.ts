/** Nodes of one process as the inspector sees them: over a memory bus, one journal, and no sockets. */

import { randomBytes, randomUUID } from 'node:crypto'
import { ClusterNode } from '../../../engine/cluster/cluster-node.ts'
import { MemoryHub } from '../../../engine/cluster/memory-bus.ts'
import { SealedBus } from '../../../engine/cluster/sealed-bus.ts'
import type { RoomKey } from '../../../engine/kernel/position.ts'
import { MemoryJournal } from '../../../engine/kernel/memory-journal.ts'
import { counterKind } from '../../../engine/kernel/testing/counter-kind.ts'
import { PurseSettler } from '../../../engine/kernel/testing/purse-settler.ts'
import { LocalDirectory, type Directory } from '../../../engine/runtime/directory.ts'
import type { RoomMember } from '../../../engine/runtime/engine.ts'
import { systemEnvironment } from '../../../engine/runtime/environment.ts'
import { CuttableBus } from '../../../engine/runtime/testing/start-cluster.ts'
import { eventually } from '../../../engine/runtime/testing/start-engine.ts'
import { ClusterNodes } from '../cluster-nodes.ts'
import { LocalNodes, type LocalNodesOptions } from '../local-nodes.ts'
import type { Nodes } from '../nodes.ts'
import { watchRooms, type RoomWatch } from '../room-watch.ts'

export interface MemoryNode {
  readonly name: string
  readonly nodes: Nodes
  readonly local: LocalDirectory
  /** Reaches rooms wherever they are. */
  readonly directory: Directory
  readonly cluster: ClusterNode | undefined
  readonly bus: CuttableBus
  /** Who is in which room over this node. */
  readonly members: Map<RoomKey, RoomMember[]>
}

export interface MemoryNodes {
  readonly all: readonly MemoryNode[]
  /** What the database says of leases. */
  readonly leases: Map<string, number>
  stop(): Promise<void>
}

/** One node is alone, more of them are a cluster. */
export async function startMemoryNodes(count: number): Promise<MemoryNodes> {
  const hub = new MemoryHub()
  const secret = randomBytes(32)
  const alive = new Set<string>()
  const leases = new Map<string, number>()
  const journal = new MemoryJournal({
    settlers: [new PurseSettler(10_000)],
    alive: ({ incarnation }) => alive.has(incarnation),
  })
  const all: MemoryNode[] = []
  const stops: (() => Promise<void>)[] = []
  // Timers of nodes do not keep a process alive, and here are no sockets that would.
  const awake = setInterval(() => undefined, 1_000)
  for (let index = 0; index < count; index += 1) {
    const name = `n${index}`
    const owner = { node: name, incarnation: randomUUID() }
    alive.add(owner.incarnation)
    leases.set(name, 3_000)
    const defect = (error: unknown): void => void console.error(error)
    const env = systemEnvironment(defect)
    const watch: RoomWatch = watchRooms({ journal, env, kinds: () => local.kinds })
    const local: LocalDirectory = new LocalDirectory({
      kinds: [counterKind],
      journal: watch.journal,
      owner,
      env,
      observe: (room, batch) => watch.observe(room, batch),
      lost: watch.lost,
    })
    const bus = new CuttableBus(new SealedBus(hub.connect(), secret, owner.incarnation))
    const members: MemoryNode['members'] = new Map()
    const audience = (room: RoomKey): number => members.get(room)?.length ?? 0
    const load = { sockets: 0, rooms: 0, load: 0 }
    const self = () => ({ incarnation: owner.incarnation, address: name, ...load })
    const cluster =
      count > 1
        ? new ClusterNode({ node: name, bus, local, env, roomAudience: 9, self })
        : undefined
    const ports: LocalNodesOptions = {
      node: name,
      version: '1',
      directory: local,
      ask: (...question) => (cluster?.directory ?? local).ask(...question),
      engine: () => ({
        transport: 'ws',
        metrics: () => ({ sockets: { sockets: 0 } }) as never,
        audience,
        members: (room) => members.get(room) ?? [],
        dismiss: async () => undefined,
      }),
      watch,
      leaseHeld: () => true,
      leases: async () => leases,
      draining: () => cluster?.draining ?? false,
      cluster,
      defect,
    }
    const seen = new LocalNodes(ports)
    const nodes = cluster
      ? new ClusterNodes({
          node: name,
          local: seen,
          cluster,
          leases: ports.leases,
          patienceMs: 1_000,
        })
      : seen
    all.push({ name, nodes, local, directory: cluster?.directory ?? local, cluster, bus, members })
    stops.push(async () => {
      await cluster?.stop()
      await local.close()
      await bus.close()
    })
    await cluster?.start({
      audience,
      issue: async () => ({}),
      expel: () => undefined,
      async instance(room) {
        const actor = await local.actor(room)
        return {
          async replica(cut) {
            const replica = await actor.replica()
            return { ...replica, cut: cut(actor.epoch) }
          },
        }
      },
    })
  }
  const complete = ({ cluster }: MemoryNode): boolean => cluster?.peers.list().length === count
  if (count > 1) await eventually(() => all.every(complete))
  return {
    all,
    leases,
    async stop() {
      for (const { bus } of all) bus.cut = false
      for (const stop of stops.toReversed()) await stop()
      clearInterval(awake)
    },
  }
}
