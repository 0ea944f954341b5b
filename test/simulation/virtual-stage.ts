/** A node's room instances and sockets: the platform's own rooms, without Colyseus's match maker and transport. */

import type { SeatRequest, Stage } from '../../engine/cluster/cluster-node.ts'
import type { Position, RoomKey } from '../../engine/kernel/position.ts'
import { ActorRoom } from '../../engine/runtime/actor-room.ts'
import { RoomClient } from '../../engine/runtime/room-client.ts'
import {
  defaultSettings,
  type Neighbours,
  type RoomDirectory,
  type RoomHost,
  type Spread,
} from '../../engine/runtime/room-host.ts'
import type { VirtualProcess } from './virtual-process.ts'
import { VirtualSocket, type ViewerEnd } from './virtual-socket.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

/** Where a viewer connects. */
export interface VirtualSeat {
  readonly node: string
}

export interface StageOptions {
  readonly node: string
  readonly world: World
  readonly weather: Weather
  readonly process: VirtualProcess
  readonly directory: RoomDirectory
  readonly spread: Spread
  readonly neighbours: Neighbours
  readonly now: () => number
  readonly defect: (error: unknown, where: string) => void
}

interface Entry {
  readonly opening: Promise<SimRoom>
  room?: SimRoom
  usedAt: number
}

const idleMs = 5_000
/** Colyseus's word for a room that is on its way out: it then leaves the match maker alone. */
const disposing = 2

class SimRoom extends ActorRoom {
  override disconnect(code: number): Promise<unknown> {
    Object.assign(this, { _internalState: disposing })
    const done = super.disconnect(code)
    this.onDispose()
    return done
  }
}

export class VirtualStage implements Stage<VirtualSeat> {
  readonly #options: StageOptions
  readonly #host: RoomHost
  readonly #rooms = new Map<RoomKey, Entry>()
  readonly #sockets = new Set<VirtualSocket>()
  #instances = 0

  constructor(options: StageOptions) {
    this.#options = options
    const { process, directory, spread, neighbours, now, defect } = options
    const metrics = { instances: 0, joins: 0, resumes: 0, commands: 0, refusals: 0 }
    const publish: RoomHost['transport']['publish'] = (room, _lane, frame) => {
      for (const socket of this.#sockets)
        if (socket.joined && socket.client.room.key === room) socket.send(frame)
    }
    this.#host = {
      directory,
      transport: { publish },
      settings: { ...defaultSettings, idleMs, repeatMs: 2_500 },
      metrics: { ...metrics, shedLines: 0, reopened: 0 },
      clock: { now: process.monotonic, after: process.after },
      turn: { share: () => ({ turn: 0, taken: 0 }), admits: () => true },
      now,
      spread,
      neighbours,
      defect,
    } as unknown as RoomHost // of what commands of sockets need nothing is used here
    this.#sweepLater()
  }

  async instance(key: RoomKey): Promise<SimRoom> {
    let entry = this.#rooms.get(key)
    if (!entry) this.#rooms.set(key, (entry = { opening: this.#create(key), usedAt: 0 }))
    entry.usedAt = this.#options.process.monotonic()
    return entry.opening
  }

  audience(key: RoomKey): number {
    return this.#rooms.get(key)?.room?.sockets.size ?? 0
  }

  async issue({ room }: SeatRequest): Promise<VirtualSeat> {
    await this.instance(room)
    return { node: this.#options.node }
  }

  expel(): void {}

  /** Undefined where the room has no instance here any more. */
  connect(
    request: SeatRequest,
    at: Position | undefined,
    end: ViewerEnd,
  ): VirtualSocket | undefined {
    const room = this.#rooms.get(request.room)?.room
    if (!room) return undefined
    const { world, weather, process } = this.#options
    const client = new RoomClient({ room, asker: request.asker, session: undefined, at })
    const over = (socket: VirtualSocket): void => {
      this.#sockets.delete(socket)
      room.left(client)
    }
    const socket = new VirtualSocket({ world, weather, process, client, end, over })
    this.#sockets.add(socket)
    client.board(socket)
    room.enter(client)
    return socket
  }

  /** Every connection breaks: the process died, or the network fails. */
  break(): void {
    for (const socket of this.#sockets) socket.break()
  }

  /** Sends everybody away, as a node that stops. */
  async close(): Promise<void> {
    const rooms = [...this.#rooms.values()]
    this.#rooms.clear()
    for (const { room } of rooms) await room?.disconnect(0)
  }

  async #create(key: RoomKey): Promise<SimRoom> {
    const room = new SimRoom()
    const forget = (): void => {
      if (this.#rooms.get(key)?.room === room) this.#rooms.delete(key)
    }
    try {
      await this.#options.directory.actor(key)
      room.roomId = `${key}-${(this.#instances += 1)}`
      await room.onCreate({ room: key, host: this.#host, closed: forget })
      const entry = this.#rooms.get(key)
      if (entry) entry.room = room
      return room
    } catch (error) {
      this.#rooms.delete(key)
      throw error
    }
  }

  #sweepLater(): void {
    this.#options.process.after(idleMs / 2, () => {
      const before = this.#options.process.monotonic() - idleMs
      for (const [key, entry] of this.#rooms) {
        const { room } = entry
        if (room?.sockets.size || this.#options.spread.followed(key))
          entry.usedAt = this.#options.process.monotonic()
        if (!room || entry.usedAt > before) continue
        this.#rooms.delete(key)
        void room.disconnect(0)
      }
      this.#sweepLater()
    })
  }
}
