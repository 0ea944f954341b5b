/** Viewers of one room on every node of a cluster, and givers who never stop while it is hurt. */

import type { RoomKey } from '../../engine/kernel/position.ts'
import type { Counts } from '../swarm/counts.ts'
import { Swarm, type JoinedGroup } from '../swarm/swarm.ts'
import { ClusterStage, waitUntil } from './cluster-stage.ts'
import { checkTruth, type Truth } from './cluster-truth.ts'

export interface CrowdOptions {
  readonly nodes: number
  readonly viewers: number
  readonly givers: number
  /** A second, of all givers together. */
  readonly gifts: number
  readonly lines: number
}

/** Loads follow each other in pieces of so many ms, so that they can end. */
const pieceMs = 1_000

export class Crowd {
  readonly room: RoomKey
  readonly swarm: Swarm
  readonly stage: ClusterStage
  readonly #options: CrowdOptions
  readonly #givers: JoinedGroup[]
  #giving: Promise<void> | undefined
  #stopped = false

  /**
   * Runs `hurt` on a cluster of its own where all viewers and givers are in the room, the same share of
   * them on each node; ends and removes everything afterwards.
   */
  static async gather<T>(
    options: CrowdOptions,
    say: (line: string) => void,
    hurt: (crowd: Crowd) => Promise<T>,
  ): Promise<T> {
    const stage = await ClusterStage.start(options, say)
    try {
      const crowd = await Crowd.#enter(stage, options)
      try {
        return await hurt(crowd)
      } finally {
        for (const line of stage.warnings()) say(line)
        await crowd.swarm.stop()
      }
    } finally {
      await stage.dispose()
    }
  }

  static async #enter(stage: ClusterStage, options: CrowdOptions): Promise<Crowd> {
    const { viewers, givers } = options
    const room = await stage.openRoom()
    const swarm = await Swarm.start({ as: 'process' })
    try {
      const { length } = stage.nodes
      const groups: JoinedGroup[] = []
      for (let node = 0; node < length; node += 1) {
        const own = (n: number): number => n * length + node
        const shared = { room, reconnect: true }
        const guests = stage.seats(room, node)
        await swarm.join({ ...shared, count: Math.round(viewers / length), seats: guests })
        const seats = stage.seats(room, node, own)
        const witness = node === 0 ? { witness: true } : {}
        groups.push(
          await swarm.join({ ...shared, count: Math.floor(givers / length), seats, ...witness }),
        )
      }
      return new Crowd(options, { stage, room, swarm, groups })
    } catch (error) {
      await swarm.stop()
      throw error
    }
  }

  private constructor(
    options: CrowdOptions,
    parts: { stage: ClusterStage; room: RoomKey; swarm: Swarm; groups: JoinedGroup[] },
  ) {
    this.#options = options
    this.stage = parts.stage
    this.room = parts.room
    this.swarm = parts.swarm
    this.#givers = parts.groups
  }

  /** Gifts and lines flow until `quiet`. */
  begin(): void {
    this.#giving = this.#give()
  }

  /** No new commands; resolves when each one so far has its answer. */
  async quiet(): Promise<void> {
    this.#stopped = true
    await this.#giving
    await this.until('every command is answered', ({ figures }) => figures.pending === 0)
  }

  async until(what: string, holds: (counts: Counts) => boolean): Promise<Counts> {
    let counts = await this.swarm.counts()
    await waitUntil(what, async () => {
      counts = await this.swarm.counts()
      return holds(counts)
    }).catch((error: Error) => {
      const { figures, closes, refused, failures } = counts
      throw new Error(`${error.message}: ${JSON.stringify({ figures, closes, refused, failures })}`)
    })
    return counts
  }

  /** Everybody follows the room again. */
  async whole(): Promise<number> {
    const { figures } = await this.until(
      'all sockets are back',
      ({ figures: { open, joins } }) => open === joins,
    )
    return figures.open
  }

  /** After `quiet`. */
  async truth(): Promise<Truth & { readonly seenTwice: number }> {
    const { database } = this.stage
    const truth = await checkTruth(database.db, this.room, await this.swarm.commands())
    let seenTwice = 0
    for (const { frames } of await this.swarm.witnesses()) {
      const seen = new Set<string>()
      for (const frame of frames) {
        for (const [type, data] of frame.lane === 'welcome' ? [] : frame.events) {
          const { id } = data as { id?: string }
          if (id === undefined || (type !== 'gift.sent' && type !== 'danmaku.sent')) continue
          if (seen.has(id)) seenTwice += 1
          seen.add(id)
        }
      }
    }
    return { ...truth, seenTwice }
  }

  async #give(): Promise<void> {
    const { gifts, lines } = this.#options
    const share = this.#givers.length
    while (!this.#stopped) {
      const loads = this.#givers.flatMap((group) => [
        { group, name: 'gift.send', input: { gift: 'drum', count: 1 }, perSecond: gifts / share },
        { group, name: 'danmaku.send', input: { text: 'no. {n}' }, perSecond: lines / share },
      ])
      const due = loads.filter(({ perSecond }) => perSecond > 0)
      await Promise.all(due.map((load) => this.swarm.load({ ...load, forMs: pieceMs })))
    }
  }
}
