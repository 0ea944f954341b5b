/** Which nodes there are, as they say themselves: a hint for placement and a first sign of death. */

import { decodeState, encodeState } from '../kernel/snapshot-codec.ts'
import type { Bus } from './bus.ts'

/** What a node says of itself, about twice a second. */
export interface Peer {
  readonly node: string
  readonly incarnation: string
  /** `host[:port][/path]` for clients; undefined where they all use one address. */
  readonly address: string | undefined
  readonly sockets: number
  readonly rooms: number
  /** Busy share of its event loop, 0 to 1. */
  readonly load: number
  /** Takes no new rooms and no new sockets. */
  readonly draining: boolean
}

export interface PeersOptions {
  readonly bus: Bus
  readonly self: () => Peer
  readonly now: () => number
  readonly after: (ms: number, task: () => void) => () => void
  readonly beatMs?: number
  /**
   * A node that was not heard of for so long, while this one ran, is taken for silent. Its lease decides
   * whether it is dead.
   */
  readonly silentMs?: number
}

const channel = 'peers'

export class Peers {
  readonly #options: PeersOptions
  readonly #heard = new Map<string, { peer: Peer; at: number }>()
  readonly #leavers = new Set<(node: string) => void>()
  #end: (() => void) | undefined
  #cancel: (() => void) | undefined
  /** When the next beat is to be. */
  #due = Infinity

  constructor(options: PeersOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#end = await this.#options.bus.subscribe(channel, (message) => this.#hear(message))
    this.#beat()
  }

  stop(): void {
    this.#cancel?.()
    this.#end?.()
  }

  /** Says it at once, without waiting for the next beat. */
  announce(): void {
    this.#options.bus.publish(channel, encodeState(this.#options.self()))
  }

  /** Every node heard of lately, this one first. */
  list(): Peer[] {
    return [this.#options.self(), ...[...this.#heard.values()].map(({ peer }) => peer)]
  }

  get(node: string): Peer | undefined {
    const self = this.#options.self()
    return node === self.node ? self : this.#heard.get(node)?.peer
  }

  /** Told when a node fell silent or came back as another incarnation. The result ends it. */
  onGone(tell: (node: string) => void): () => void {
    this.#leavers.add(tell)
    return () => this.#leavers.delete(tell)
  }

  #beat(): void {
    const { after, beatMs = 500, silentMs = 1_750, now } = this.#options
    this.announce()
    const time = now()
    // A node that stood still has not read the bus yet: it knows nothing of the others' silence meanwhile.
    const lateMs = Math.max(0, time - this.#due)
    for (const [node, heard] of this.#heard) {
      heard.at = Math.min(heard.at + lateMs, time)
      if (heard.at + silentMs > time) continue
      this.#heard.delete(node)
      this.#gone(node)
    }
    this.#due = time + beatMs
    this.#cancel = after(beatMs, () => this.#beat())
  }

  #hear(message: Uint8Array): void {
    const peer = decodeState<Peer>(message)
    if (peer.node === this.#options.self().node) return
    const known = this.#heard.get(peer.node)
    this.#heard.set(peer.node, { peer, at: this.#options.now() })
    if (known && known.peer.incarnation !== peer.incarnation) this.#gone(peer.node)
  }

  #gone(node: string): void {
    for (const tell of this.#leavers) tell(node)
  }
}

/** The node with the least to do; of equals the one with fewest sockets. */
export function leastLoaded(peers: readonly Peer[]): Peer | undefined {
  const [first] = [...peers].sort((a, b) => {
    const byLoad = Math.round(a.load * 10) - Math.round(b.load * 10) // tenths: small swings do not decide
    return byLoad || a.sockets - b.sockets || a.rooms - b.rooms
  })
  return first
}
