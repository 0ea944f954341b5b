/** Somebody who watches a room over whatever node has a seat, and comes back by position. */

import { readServerFrame, protocol, signal } from '../../engine/wire/colyseus.ts'
import type { MayFrame, MustFrame, Welcome, WireEvent } from '../../engine/wire/messages.ts'
import type { RoomEvent } from '../../engine/kernel/journal.ts'
import type { Position, RoomKey } from '../../engine/kernel/position.ts'
import type { SimView } from './sim-kind.ts'
import type { ClientOptions, VirtualClient } from './virtual-client.ts'
import type { VirtualNode } from './virtual-node.ts'
import type { VirtualSocket } from './virtual-socket.ts'
import type { VirtualSeat } from './virtual-stage.ts'

/** Without a welcome for so long it looks for another seat, ms. */
const patienceMs = 3_500

export class Viewer {
  readonly room: RoomKey
  /** Where its log ends; undefined before it has anything. */
  at: Position | undefined
  /** Viewers of the room, as it was told. */
  count: number | undefined
  readonly #client: VirtualClient
  readonly #options: ClientOptions
  readonly #until: number
  /** Told to it under this epoch, by command id. */
  readonly #likes = new Set<string>()
  /** Aggregates may be ahead of numbered events, which wait in a window of their own. */
  #mayEpoch = 0
  #session = 0
  #node: VirtualNode | undefined
  #socket: VirtualSocket | undefined
  #welcomed = false
  #cancel: () => void = () => undefined

  constructor(
    options: ClientOptions,
    client: VirtualClient,
    follow: { room: RoomKey; from: number; until: number },
  ) {
    this.#options = options
    this.#client = client
    this.room = follow.room
    this.#until = follow.until
    const { world } = options
    world.after(follow.from, client.plan.name, () => this.#join())
    if (follow.until < Infinity)
      world.after(follow.until, client.plan.name, () => this.#end(() => undefined))
  }

  get over(): boolean {
    return this.#options.world.now >= this.#until
  }

  /** True while it watches. */
  get welcomed(): boolean {
    return this.#welcomed
  }

  /** Its number; none while it does not watch. */
  get seq(): number | undefined {
    return this.#welcomed ? this.at?.seq : undefined
  }

  get who(): string {
    return this.#client.plan.name
  }

  #join(): void {
    if (this.over) return
    const session = (this.#session += 1)
    const { room } = this
    const { who: asker, plan } = this.#client
    const { world } = this.#options
    const node = (this.#node ??= this.#client.anyNode())
    const mine = (act: () => void) => (): void => {
      if (session === this.#session) act()
    }
    this.#cancel = world.after(patienceMs, plan.name, () => {
      this.#node = undefined
      this.#end(() => this.#join())
    })
    const again = mine(() => this.#again())
    this.#client.up(room, node, () => {
      node.links!.seat({ room, asker, options: {} }).then(
        (seat) =>
          this.#client.down(
            node,
            mine(() => this.#connect(seat, session)),
          ),
        () => this.#client.down(node, again),
      )
    })
  }

  #connect({ node: name }: VirtualSeat, session: number): void {
    if (this.#socket) return // a copy
    const node = this.#options.nodes.find((one) => one.name === name)!
    const { room, at } = this
    this.#client.up(room, node, () => {
      if (session !== this.#session || this.#socket) return
      const socket = node.links!.connect({ room, asker: this.#client.who, options: {} }, at, {
        frame: (bytes) => session === this.#session && this.#frame(bytes),
        closed: () => session === this.#session && this.#again(),
      })
      if (socket) this.#socket = socket
      else this.#client.down(node, () => session === this.#session && this.#again())
    })
  }

  #again(): void {
    this.#end(() => void this.#options.world.after(100, this.#client.plan.name, () => this.#join()))
  }

  /** Nothing more of this session is heard. */
  #end(then: () => void): void {
    this.#cancel()
    this.#session += 1
    this.#socket?.hangUp()
    this.#socket = undefined
    this.#welcomed = false
    then()
  }

  #frame(bytes: Uint8Array): void {
    const frame = readServerFrame(bytes)
    if (frame.kind === 'joined') return this.#socket?.receive(signal(protocol.joinRoom))
    if (frame.kind !== 'data') return
    if (frame.type === 'w') this.#welcome(frame.payload as Welcome)
    else if (!this.#welcomed || !this.at)
      this.#options.checker.fail('E', `${this.who} is told before its welcome`)
    else if (frame.type === 'm') this.#must(this.at, frame.payload as MustFrame)
    else if (frame.type === 'y') this.#may(this.at, frame.payload as MayFrame)
  }

  #welcome({ epoch, seq, recovered, missed = [], view }: Welcome): void {
    const { checker, world } = this.#options
    const { room, at } = this
    const { who: name } = this
    world.note(`${name} sees ${room}`, seq, () => JSON.stringify({ at, epoch, seq, recovered }))
    // An owner that was replaced does not know it yet: what it says is old.
    if (at && (epoch < at.epoch || seq < at.seq)) {
      if (this.#welcomed) checker.fail('K', `${name} is welcomed back from ${at.epoch} to ${epoch}`)
      this.#node = undefined
      return this.#again()
    }
    this.#cancel()
    this.#welcomed = true
    checker.stats.seats += 1
    if (recovered) {
      checker.stats.resumed += 1
      checker.streamed(room, name, at!.seq + 1, missed.map(eventOf))
      if (at!.seq + missed.length !== seq)
        checker.fail('E', `${name} misses ${seq - at!.seq - missed.length} of ${room} untold`)
    }
    const { square, audience } = view as { square: SimView; audience: { count: number } }
    checker.viewed(room, name, seq, square)
    this.count = audience.count
    this.at = { epoch, seq }
    this.#mayEpoch = epoch
    this.#likes.clear()
    for (const id of Object.keys(square.likes)) this.#likes.add(id)
  }

  #must(at: Position, [epoch, firstSeq, events]: MustFrame): void {
    const { checker } = this.#options
    const { who: name } = this
    checker.streamed(this.room, name, firstSeq, events.map(eventOf))
    if (firstSeq !== at.seq + 1)
      checker.fail('E', `${name} is shown ${this.room} ${firstSeq} behind ${at.seq}`)
    this.#notOld(epoch, at.epoch)
    this.at = { epoch, seq: firstSeq + events.length - 1 }
  }

  #may(at: Position, [epoch, events]: MayFrame): void {
    this.#notOld(epoch, Math.max(at.epoch, this.#mayEpoch))
    if (epoch > this.#mayEpoch) this.#likes.clear() // what was not durable may be told anew
    this.#mayEpoch = epoch
    for (const [type, data] of events) {
      if (type === 'audience.changed') this.count = (data as { count: number }).count
      if (type !== 'like.added') continue
      for (const id of (data as { ids: string[] }).ids) {
        if (this.#likes.has(id)) this.#options.checker.fail('A', `${id} is shown twice`)
        this.#likes.add(id)
      }
    }
  }

  /** K: nothing of an old epoch is shown. */
  #notOld(epoch: number, known: number): void {
    if (epoch >= known) return
    this.#options.checker.fail('K', `${this.who} is shown ${this.room} of ${epoch} after ${known}`)
  }
}

function eventOf([type, data, at]: WireEvent): RoomEvent {
  return { type, data, at }
}
