/**
 * Thousands of viewers for tests and benchmarks, at a fraction of what browsers cost: bare TCP sockets,
 * frames that are the same bytes decoded once, one core for 20,000 of them.
 *
 *   const swarm = await Swarm.start({ workers: 2 })
 *   const group = await swarm.join({ room, count: 5_000, rate: 1_000, seats: { endpoints: [url] } })
 *   await swarm.load({ group, name: 'danmaku.send', input: { text: 'no. {n}' }, perSecond: 100, forMs: 10_000 })
 *   const { figures, delays } = await swarm.counts()   // frames, gaps, closes, delays …
 *   await swarm.stop()
 *
 * Each socket checks by itself that the numbered events of its room have no gap. Sockets of a group with
 * `witness` keep all that they get; commands keep their fate, see `commands`.
 */

import { Counts, type PortableCounts } from './counts.ts'
import { startMate, type Mate } from './crew.ts'
import { checkFiles, checkPorts } from './limits.ts'
import type { FromWorker, GroupSpec, LoadSpec, SentCommand, ToWorker, Witness } from './messages.ts'

export interface SwarmOptions {
  /** Default 1. */
  readonly workers?: number
  /** `process`: each has its own limit of open files and can be pinned to a core. Default `thread`. */
  readonly as?: 'thread' | 'process'
}

export interface JoinOptions {
  /** Room key, e.g. `live_01j…`. */
  readonly room: string
  readonly count: number
  /** New sockets a second, together. Default 1,000. */
  readonly rate?: number
  /** HTTP servers to ask, or what makes socket addresses itself for sockets by their number, 0 to `count - 1`. */
  readonly seats:
    | { readonly endpoints: readonly string[]; readonly tokens?: readonly string[] }
    | ((sockets: readonly number[]) => Promise<readonly string[]>)
  /** Whoever falls out comes back as a browser would, and asks again what was not answered. Default false. */
  readonly reconnect?: boolean
  /** Keeps every frame. For few sockets. Default false. */
  readonly witness?: boolean
}

export type LoadOptions = Omit<LoadSpec, 'group'> & { readonly group: JoinedGroup }

export interface JoinedGroup {
  readonly id: number
  /** Sockets that did not get in. */
  readonly failed: number
}

interface Waiting {
  left: number
  failed: number
  readonly values: unknown[]
  readonly resolve: (waiting: Waiting) => void
  readonly reject: (error: Error) => void
}

type SeatMaker = Exclude<JoinOptions['seats'], { endpoints: unknown }>

export class Swarm {
  /** Of each worker: its own process, or this one. */
  readonly pids: number[] = []
  readonly #mates: Mate[]
  readonly #as: 'thread' | 'process'
  readonly #makers = new Map<number, SeatMaker>()
  /** Sockets of each worker, by group. */
  readonly #shares = new Map<number, readonly number[]>()
  readonly #waiting = new Map<string, Waiting>()
  #sockets = 0
  #ids = 0
  #stopping = false
  #broken: Error | undefined

  static async start({ workers = 1, as = 'thread' }: SwarmOptions = {}): Promise<Swarm> {
    const swarm = new Swarm(workers, as)
    // Swarms beside each other do not take each other's ports.
    const network = 1 + Math.floor(Math.random() * (250 - workers))
    await swarm.#all('ready', (mate, index) =>
      mate.say({ type: 'start', network: network + index }),
    )
    return swarm
  }

  private constructor(workers: number, as: 'thread' | 'process') {
    this.#as = as
    this.#mates = Array.from({ length: workers }, () => startMate(as))
    for (const mate of this.#mates) {
      mate.onMessage((message) => this.#hear(mate, message))
      mate.onExit((why) => this.#ended(why))
    }
  }

  /** Resolves when every socket has its welcome or failed for good. Throws where the machine's limits forbid it. */
  async join(options: JoinOptions): Promise<JoinedGroup> {
    const { count, seats, room, rate = 1_000 } = options
    this.#makeRoom(count, seats)
    const group = ++this.#ids
    if (typeof seats === 'function') this.#makers.set(group, seats)
    const workers = this.#mates.length
    const shares = this.#mates.map(
      (_, index) =>
        Math.floor((count * (index + 1)) / workers) - Math.floor((count * index) / workers),
    )
    this.#shares.set(group, shares)
    const waiting = await this.#all(`joined ${group}`, (mate, index) => {
      const spec: GroupSpec = {
        group,
        room,
        first: Math.floor((count * index) / workers),
        count: shares[index]!,
        seats: typeof seats === 'function' ? 'driver' : seats,
        rate: rate / workers,
        reconnect: options.reconnect ?? false,
        witness: options.witness ?? false,
      }
      if (spec.count) mate.say({ type: 'join', spec })
      return spec.count > 0
    })
    return { id: group, failed: waiting.failed }
  }

  /** Sends commands at even times; resolves after the last one was due, not when all are answered. */
  async load({ group, ...options }: LoadOptions): Promise<void> {
    const id = ++this.#ids
    const shares = this.#shares.get(group.id)!
    const sockets = shares.reduce((sum, share) => sum + share, 0)
    await this.#all(`loaded ${id}`, (mate, index) => {
      const perSecond = (options.perSecond * shares[index]!) / sockets
      if (perSecond)
        mate.say({ type: 'load', id, spec: { ...options, group: group.id, perSecond } })
      return perSecond > 0
    })
  }

  /**
   * From now on each socket tells once how long after `since` (ms since 1970) it got its first numbered
   * event of an epoch above `epochAbove`: in `delays.mark`, or in `delays.back` if it fell out in between.
   * `delays.pause` holds for each socket the longest time between two numbered events since the mark.
   */
  mark(epochAbove: number, since = Date.now()): void {
    for (const mate of this.#mates) mate.say({ type: 'mark', epochAbove, since })
  }

  /** Cuts a share (0–1) of a group's open sockets at once, without a close frame. */
  drop(group: JoinedGroup, share = 1): void {
    for (const mate of this.#mates) mate.say({ type: 'drop', group: group.id, share })
  }

  /** Of one group or of all. `cpuSeconds` is of all workers in either case. */
  async counts(group?: JoinedGroup): Promise<Counts> {
    const sum = new Counts()
    for (const one of await this.#read<PortableCounts>('counts', group)) sum.add(one)
    return sum
  }

  /** Every command so far, with its answer where there was one. */
  async commands(group?: JoinedGroup): Promise<SentCommand[]> {
    return (await this.#read<SentCommand[]>('commands', group)).flat()
  }

  /** All that the sockets of groups with `witness` got. */
  async witnesses(group?: JoinedGroup): Promise<Witness[]> {
    return (await this.#read<Witness[]>('witnesses', group)).flat()
  }

  /** Closes every socket and ends the workers. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#broken) return this.#mates.forEach((mate) => mate.kill())
    await this.#all('ended', (mate) => mate.say({ type: 'stop' }))
  }

  #makeRoom(count: number, seats: JoinOptions['seats']): void {
    const sockets = this.#sockets + count
    checkFiles(this.#as === 'thread' ? sockets : Math.ceil(sockets / this.#mates.length))
    const remote = typeof seats !== 'function' && seats.endpoints.some((url) => !isHere(url))
    if (remote) checkPorts(sockets)
    this.#sockets = sockets
  }

  async #read<T>(what: 'counts' | 'commands' | 'witnesses', group?: JoinedGroup): Promise<T[]> {
    const id = ++this.#ids
    const { values } = await this.#all(`answer ${id}`, (mate) =>
      mate.say({ type: 'read', id, what, group: group?.id }),
    )
    return values as T[]
  }

  /** Tells every worker, or those for which `tell` is not false; resolves when each said `key`. */
  #all(key: string, tell: (mate: Mate, index: number) => boolean | void): Promise<Waiting> {
    return new Promise((resolve, reject) => {
      if (this.#broken) return reject(this.#broken)
      const waiting: Waiting = { left: 0, failed: 0, values: [], resolve, reject }
      this.#waiting.set(key, waiting)
      for (const [index, mate] of this.#mates.entries())
        if (tell(mate, index) !== false) waiting.left += 1
    })
  }

  #said(key: string, value?: unknown, failed = 0): void {
    const waiting = this.#waiting.get(key)
    if (!waiting) return
    waiting.left -= 1
    waiting.failed += failed
    waiting.values.push(value)
    if (waiting.left) return
    this.#waiting.delete(key)
    waiting.resolve(waiting)
  }

  #hear(mate: Mate, message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.pids.push(message.pid)
        return this.#said('ready')
      case 'joined':
        return this.#said(`joined ${message.group}`, undefined, message.failed)
      case 'loaded':
        return this.#said(`loaded ${message.id}`)
      case 'answer':
        return this.#said(`answer ${message.id}`, message.value)
      case 'need':
        return void this.#makeSeats(mate, message.group, message.sockets)
    }
  }

  async #makeSeats(mate: Mate, group: number, sockets: readonly number[]): Promise<void> {
    const urls = await this.#makers.get(group)!(sockets).catch(() => [])
    const byNumber: [number, string | undefined][] = sockets.map((number, i) => [number, urls[i]])
    mate.say({ type: 'seats', group, urls: Object.fromEntries(byNumber) } satisfies ToWorker)
  }

  #ended(why: string): void {
    if (this.#stopping) return this.#said('ended')
    this.#broken = new Error(`a worker of the swarm ended: ${why}`)
    for (const { reject } of this.#waiting.values()) reject(this.#broken)
    this.#waiting.clear()
  }
}

function isHere(endpoint: string): boolean {
  const { hostname } = new URL(endpoint)
  return hostname.startsWith('127.') || hostname === 'localhost'
}
