/** A connection between a viewer and a node: in order and without loss, until it breaks. */

import type { RoomClient } from '../../engine/runtime/room-client.ts'
import type { Socket } from '../../engine/transport/transport.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

/** What a viewer's end is told. */
export interface ViewerEnd {
  frame(bytes: Uint8Array): void
  /** Told once. */
  closed(): void
}

interface SocketOptions {
  readonly world: World
  readonly weather: Weather
  readonly process: VirtualProcess
  readonly client: RoomClient
  readonly end: ViewerEnd
  /** It is over on the node's side. */
  readonly over: (socket: VirtualSocket) => void
}

export class VirtualSocket implements Socket {
  readonly ip = ''
  readonly client: RoomClient
  open = true
  /** True once the room's frames go to it. */
  joined = false
  readonly #options: SocketOptions
  #broken = false
  #toViewer = 0
  #toNode = 0

  constructor(options: SocketOptions) {
    this.#options = options
    this.client = options.client
  }

  get context(): RoomClient {
    return this.client
  }

  send(frame: Uint8Array): void {
    if (!this.open) return
    this.#toViewer = this.#travel(this.#toViewer, 'frame', () => this.#options.end.frame(frame))
  }

  join(): void {
    this.joined = true
  }

  leave(): void {
    this.joined = false
  }

  /** The node closes it. */
  close(): void {
    if (!this.open) return
    this.open = false
    this.#toViewer = this.#travel(this.#toViewer, 'close', () => this.#end())
    const { process } = this.#options
    this.#options.world.after(0, 'closed', () => process.enter(() => this.#options.over(this)))
  }

  /** The viewer says something. */
  receive(frame: Uint8Array): void {
    const { process, client } = this.#options
    this.#toNode = this.#travel(this.#toNode, 'receive', () =>
      process.enter(() => {
        if (this.open) client.room.receive(client, frame)
      }),
    )
  }

  /** The viewer goes. */
  hangUp(): void {
    const { process } = this.#options
    this.#toNode = this.#travel(this.#toNode, 'hang up', () => process.enter(() => this.#gone()))
  }

  /** The network drops it: what is under way is lost, and each side notices in its own time. */
  break(): void {
    if (this.#broken) return
    this.#broken = true
    const { world, weather, process, end } = this.#options
    world.after(weather.notices(), 'broken', () => end.closed())
    world.after(weather.notices(), 'broken', () => process.enter(() => this.#gone()))
  }

  #end(): void {
    this.#broken = true
    this.#options.end.closed()
  }

  #gone(): void {
    if (!this.open) return
    this.open = false
    this.#options.over(this)
  }

  /** Behind what went the same way before. */
  #travel(after: number, label: string, arrive: () => void): number {
    const { world, weather } = this.#options
    const at = Math.max(after, world.now + weather.socketTravel())
    world.after(at - world.now, label, () => {
      if (!this.#broken) arrive()
    })
    return at
  }
}
