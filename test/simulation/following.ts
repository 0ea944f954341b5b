/** One client's stream of one room: numbered, gapless, over nodes and owners, or told of a gap. */

import type { RoomEvent } from '../../engine/kernel/journal.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import type { Welcome } from './sessions.ts'
import type { ClientOptions, VirtualClient } from './virtual-client.ts'
import type { VirtualNode } from './virtual-node.ts'

/** Silence after which the client joins anew. */
const heartbeatMs = 2_500

export class Following {
  readonly room: RoomKey
  /** The last number that this client has; undefined before it has anything. */
  seq: number | undefined
  readonly #client: VirtualClient
  readonly #options: ClientOptions
  readonly #until: number
  #epoch = 0
  #session = 0
  #welcomed = false
  #cancelBeat: () => void = () => undefined

  constructor(
    options: ClientOptions,
    client: VirtualClient,
    follow: { room: RoomKey; from: number; until: number },
  ) {
    this.#options = options
    this.#client = client
    this.room = follow.room
    this.#until = follow.until
    options.world.after(follow.from, client.plan.name, () => this.#join())
  }

  get over(): boolean {
    return this.#options.world.now >= this.#until
  }

  #join(): void {
    const { world, checker } = this.#options
    this.#cancelBeat()
    const { room, seq: at } = this
    const node = this.#client.nodeFor(room)
    if (this.over) {
      this.#client.up(room, node, () => node.sessions.leave(this.#client.who, room))
      this.#session += 1
      return
    }
    const session = (this.#session += 1)
    this.#welcomed = false
    const { who } = this.#client
    const hears = (act: () => void) => (): void => {
      this.#client.down(node, () => {
        if (session === this.#session) act()
      })
    }
    this.#client.up(room, node, () => {
      const now = node.process.wall
      void node.sessions
        .join(
          { room, who, session, at, now },
          {
            welcome: (welcome) => hears(() => this.#welcome(welcome, node, at))(),
            frame: (firstSeq, events) => hears(() => this.#frame(firstSeq, events))(),
            over: (_code, next) => hears(() => this.#rejoin(next))(),
          },
        )
        .catch((error: unknown) => checker.fail('defect', String((error as Error).stack)))
    })
    this.#cancelBeat = world.after(heartbeatMs, this.#client.plan.name, () => {
      if (!this.#welcomed) this.#client.hint(room, undefined)
      this.#join()
    })
  }

  #rejoin(node?: string): void {
    this.#session += 1 // nothing more of this session is heard
    this.#cancelBeat()
    this.#client.hint(this.room, node)
    this.#cancelBeat = this.#options.world.after(100, this.#client.plan.name, () => this.#join())
  }

  #welcome(welcome: Welcome, node: VirtualNode, at: number | undefined): void {
    if (this.#welcomed) return // a copy
    const { checker, world } = this.#options
    const { room } = this
    const { name } = this.#client.plan
    const { epoch, seq, missed, view } = welcome
    world.note(`${name} welcomed to ${room}`, seq, () => JSON.stringify({ at, ...welcome }))
    // A former owner that has not noticed yet: what it says is old.
    if (epoch < this.#epoch) return this.#rejoin()
    this.#welcomed = true
    this.#epoch = epoch
    this.#client.hint(room, node)
    if (missed) {
      checker.streamed(room, name, at! + 1, missed)
      if (at! + missed.length !== seq)
        checker.fail('E', `${name} misses ${seq - at! - missed.length} events of ${room} untold`)
    } else if (view) {
      checker.viewed(room, name, seq, view)
      if (seq < (this.seq ?? 0)) checker.fail('B', `${room} went back from ${this.seq} to ${seq}`)
    }
    this.seq = Math.max(seq, this.seq ?? 0)
  }

  #frame(firstSeq: number, events: readonly RoomEvent[]): void {
    const { checker } = this.#options
    checker.streamed(this.room, this.#client.plan.name, firstSeq, events)
    if (!this.#welcomed || this.seq === undefined) return // overtook its welcome: the heartbeat mends it
    const known = this.seq - firstSeq + 1
    if (known < 0) return this.#rejoin(this.#client.nodeFor(this.room).name)
    if (known < events.length) this.seq = firstSeq + events.length - 1
  }
}
