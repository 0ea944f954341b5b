/** The process of a benchmark's viewers: bare sockets that count what comes, some of which look into it. */

import { setTimeout as pause } from 'node:timers/promises'
import { Histogram } from '../../swarm/histogram.ts'
import { sourceAddress } from '../../swarm/limits.ts'
import { Link, type LinkSink } from '../../swarm/link.ts'
import { ways, type Way } from './entrances.ts'
import type { Started } from './peer.ts'
import { answering } from './process.ts'

export type ToCrowd =
  | {
      readonly do: 'connect'
      readonly server: Started
      readonly count: number
      /** The crowd's part of the loopback network: sockets of one process share addresses. */
      readonly network: number
    }
  /** Counts anew. */
  | { readonly do: 'reset' }
  /** Waits until everybody who looks has seen so many lines. */
  | { readonly do: 'seen'; readonly lines: number }

export interface Seen {
  /** Event frames, at all viewers. */
  readonly frames: number
  /** Lines that a viewer got: the fewest and the most of those who look. */
  readonly fewest: number
  readonly most: number
  /** From a line's time to its arrival, ms. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** One viewer in so many looks into its frames. */
const lookers = 50
/** Handshakes that may be under way at once. */
const mostOpening = 200
/** For so long may nothing come, neither a viewer nor a line: a slow server is waited for, a stuck one is not. */
const patienceMs = 20_000

let frames = 0
let lost = 0
let inside = 0
let delays = new Histogram()
const viewers: Viewer[] = []

class Viewer implements LinkSink {
  readonly #way: Way
  readonly #looks: boolean
  readonly #link: Link
  #joined: (() => void) | undefined
  lines = 0

  constructor(way: Way, url: string, looks: boolean, from: string | undefined, joined: () => void) {
    this.#way = way
    this.#looks = looks
    this.#joined = joined
    this.#link = new Link(url, this, from)
  }

  get looks(): boolean {
    return this.#looks
  }

  opened(): void {
    if (this.#way.open) this.#in()
  }

  frame(_opcode: number, bytes: Buffer, start: number, end: number): void {
    const meaning = this.#way.read(this.#link, bytes, start, end)
    if (meaning === 'joined') return this.#in()
    if (meaning !== 'event') return
    frames += 1
    if (!this.#looks) return
    const now = Date.now()
    for (const at of this.#way.times(bytes.subarray(start, end))) {
      this.lines += 1
      delays.record(now - at)
    }
  }

  closed(): void {
    lost += 1
  }

  #in(): void {
    if (this.#joined) inside += 1
    this.#joined?.()
    this.#joined = undefined
  }
}

answering<ToCrowd>(async (message) => {
  switch (message.do) {
    case 'connect':
      return connect(message)
    case 'reset':
      frames = 0
      delays = new Histogram()
      for (const viewer of viewers) viewer.lines = 0
      return undefined
    case 'seen':
      return seen(message.lines)
  }
})

/** Seconds until everybody was in; so many at a time come as fast as the server takes them. */
async function connect(message: Extract<ToCrowd, { do: 'connect' }>): Promise<number> {
  const { server, count, network } = message
  const way = ways[server.entrance]
  const started = performance.now()
  let next = 0
  const comer = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const url = await way.address(server, index)
      await new Promise<void>((resolve) => {
        const from = sourceAddress(url, network, index)
        viewers.push(new Viewer(way, url, index % lookers === 0, from, resolve))
      })
    }
  }
  let failure: unknown
  let over = false
  Promise.all(Array.from({ length: mostOpening }, comer)).then(
    () => (over = true),
    (error: unknown) => (failure = error),
  )
  const moves = movement(() => inside)
  while (!over) {
    if (failure) throw failure
    if (!moves()) throw new Error(`nobody came in for ${patienceMs} ms: ${inside} are inside`)
    await pause(5)
  }
  return (performance.now() - started) / 1_000
}

/** Tells whether a figure has changed within the patience that there is. Throws where viewers were sent away. */
function movement(figure: () => number): () => boolean {
  let last = figure()
  let changedAt = performance.now()
  return () => {
    if (lost) throw new Error(`${lost} viewers were sent away`)
    const now = figure()
    if (now !== last) changedAt = performance.now()
    last = now
    return performance.now() - changedAt < patienceMs
  }
}

async function seen(lines: number): Promise<Seen> {
  const looking = viewers.filter(({ looks }) => looks)
  const moves = movement(() => frames)
  while (looking.some((viewer) => viewer.lines < lines) && moves()) await pause(20)
  await pause(100) // the others get the same frames in the same turn
  moves()
  const each = looking.map((viewer) => viewer.lines)
  return {
    frames,
    fewest: Math.min(...each),
    most: Math.max(...each),
    p50Ms: delays.percentile(0.5),
    p99Ms: delays.percentile(0.99),
  }
}
