/** One server under test with its viewers: the server alone on one core, the viewers on the other. */

import type { Seen, ToCrowd } from './crowd.ts'
import type { PeerName, PeerOptions, Started, ToHost } from './peer.ts'
import { Child } from './process.ts'

const serverCore = 0
const crowdCore = 1
/** Of one viewers' process: what it may open is limited. */
const mostOfProcess = 10_000

/** A burst of lines. */
export interface Show extends Seen {
  readonly published: number
  /** Of the server's process, in user and system mode. */
  readonly cpuSeconds: number
}

export class Theatre {
  readonly name: PeerName
  readonly server: Child<ToHost>
  readonly #started: Started
  readonly #crowds: Child<ToCrowd>[] = []

  static async open(
    name: PeerName,
    options: Partial<PeerOptions> = {},
    flags: readonly string[] = [],
  ): Promise<Theatre> {
    const server = new Child<ToHost>('host.ts', serverCore, flags)
    const started = await server.ask<Started>({
      do: 'start',
      peer: name,
      options: { tickMs: 0, signedIn: 0, ...options },
    })
    return new Theatre(name, server, started)
  }

  private constructor(name: PeerName, server: Child<ToHost>, started: Started) {
    this.name = name
    this.server = server
    this.#started = started
  }

  /** Lets so many more in, and tells what of the server's processor time that took, and how long. */
  async admit(count: number): Promise<{ cpuSeconds: number; seconds: number }> {
    const fresh: [Child<ToCrowd>, number][] = []
    for (let rest = count; rest > 0; rest -= mostOfProcess) {
      fresh.push([new Child<ToCrowd>('crowd.ts', crowdCore), Math.min(rest, mostOfProcess)])
    }
    const before = this.server.cpuSeconds
    const entering = fresh.map(([crowd, part], index) => {
      const network = this.#crowds.length + index + 1
      return crowd.ask<number>({ do: 'connect', server: this.#started, count: part, network })
    })
    const seconds = Math.max(...(await Promise.all(entering)))
    this.#crowds.push(...fresh.map(([crowd]) => crowd))
    return { cpuSeconds: this.server.cpuSeconds - before, seconds }
  }

  /** Publishes and waits until everybody has all of it. */
  async show(perSecond: number, forMs: number): Promise<Show> {
    const all = <T>(message: ToCrowd): Promise<T[]> =>
      Promise.all(this.#crowds.map((crowd) => crowd.ask<T>(message)))
    await all({ do: 'reset' })
    const before = this.server.cpuSeconds
    const published = await this.server.ask<number>({ do: 'publish', perSecond, forMs })
    const seen = await all<Seen>({ do: 'seen', lines: published })
    const cpuSeconds = this.server.cpuSeconds - before
    const most = (figure: keyof Seen): number => Math.max(...seen.map((one) => one[figure]))
    return {
      published,
      cpuSeconds,
      frames: seen.reduce((sum, one) => sum + one.frames, 0),
      fewest: Math.min(...seen.map(({ fewest }) => fewest)),
      most: most('most'),
      p50Ms: most('p50Ms'),
      p99Ms: most('p99Ms'),
    }
  }

  /** Bytes resident after the garbage is gone. */
  async residentBytes(): Promise<number> {
    await this.server.ask({ do: 'settle' })
    return this.server.residentBytes
  }

  /** The viewers leave; the server stays. */
  async clear(): Promise<void> {
    await Promise.all(this.#crowds.splice(0).map((crowd) => crowd.stop()))
  }

  async close(): Promise<void> {
    await this.clear()
    await this.server.stop()
  }
}

/** Throws where somebody missed a line: a server that drops work measures nothing. */
export function checkWhole({ published, fewest, most }: Show, name: PeerName): void {
  if (fewest === published && most === published) return
  throw new Error(`${name}: of ${published} lines viewers got ${fewest} to ${most}`)
}

/** Opens one theatre after the other, lets `play` work with all of them, and closes them. */
export async function withTheatres<T>(
  open: readonly (() => Promise<Theatre>)[],
  play: (theatres: readonly Theatre[]) => Promise<T>,
): Promise<T> {
  const theatres: Theatre[] = []
  try {
    for (const one of open) theatres.push(await one())
    return await play(theatres)
  } finally {
    await Promise.all(theatres.map((theatre) => theatre.close()))
  }
}
