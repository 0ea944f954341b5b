/** A node's part in the cluster: the platform's own post, relays and directory over the virtual bus. */

import type { Bus } from '../../engine/cluster/bus.ts'
import { ClusterNode, type SeatRequest } from '../../engine/cluster/cluster-node.ts'
import { SealedBus } from '../../engine/cluster/sealed-bus.ts'
import type { Position, RoomKey } from '../../engine/kernel/position.ts'
import type { Environment } from '../../engine/kernel/room-core.ts'
import type { LocalDirectory } from '../../engine/runtime/directory.ts'
import { idAt } from './command-id.ts'
import type { Plan } from './plan.ts'
import type { VirtualBus, VirtualHub } from './virtual-bus.ts'
import { epochMs, type VirtualProcess } from './virtual-process.ts'
import type { ViewerEnd, VirtualSocket } from './virtual-socket.ts'
import { VirtualStage, type VirtualSeat } from './virtual-stage.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

interface LinksOptions {
  readonly world: World
  readonly weather: Weather
  readonly plan: Plan
  readonly hub: VirtualHub
  readonly env: Environment
  readonly node: string
  readonly process: VirtualProcess
  readonly local: LocalDirectory
}

const secret = new Uint8Array(32).fill(7)

export class VirtualLinks {
  readonly #wire: VirtualBus
  readonly #cluster: ClusterNode<VirtualSeat>
  readonly #stage: VirtualStage
  readonly #options: LinksOptions

  constructor(options: LinksOptions) {
    this.#options = options
    const { world, weather, plan, hub, env, node, process, local } = options
    const incarnation = idAt(epochMs, process.name, 1)
    this.#wire = hub.connect(node, process)
    const { sealed, roomAudience } = plan.bus!
    const bus: Bus = sealed ? new SealedBus(this.#wire, secret, incarnation) : this.#wire
    const self = () => ({
      incarnation,
      address: node,
      sockets: 0,
      rooms: local.keys().length,
      load: 0,
    })
    this.#cluster = new ClusterNode({ node, bus, local, env, self, roomAudience })
    const { peers, directory, followers } = this.#cluster
    this.#stage = new VirtualStage({
      node,
      world,
      weather,
      process,
      directory,
      spread: followers,
      neighbours: {
        self: incarnation,
        list: () => peers.list().map((peer) => peer.incarnation),
        onGone: (tell) => peers.onGone(tell),
      },
      now: env.now,
      defect: env.defect,
    })
    void this.#cluster.start(this.#stage)
  }

  get directory(): ClusterNode['directory'] {
    return this.#cluster.directory
  }

  seat(request: SeatRequest): Promise<VirtualSeat> {
    return this.#cluster.seat(request)
  }

  connect(
    request: SeatRequest,
    at: Position | undefined,
    end: ViewerEnd,
  ): VirtualSocket | undefined {
    return this.#stage.connect(request, at, end)
  }

  handOver(room: RoomKey, to: string): Promise<void> {
    return this.#cluster.handOver(room, to)
  }

  /** Every connection of its viewers breaks. */
  cut(): void {
    this.#stage.break()
  }

  /** The process is dead. */
  break(): void {
    this.#stage.break()
    this.#options.hub.disconnect(this.#wire)
  }

  /** As on SIGTERM. */
  async close(): Promise<void> {
    await this.#cluster.drain()
    await this.#stage.close()
    await this.#cluster.stop()
  }
}
