/** A cluster with a live room and people in it, who give while somebody does harm. */

import { randomUUID } from 'node:crypto'
import { createClient, type Client } from '../../../sdk/index.ts'
import { openDatabase } from '../../../persistence/database.ts'
import { put } from '../../../persistence/outbox.store.ts'
import { password, uniqueName, until } from '../../support/people.ts'
import type { Random } from '../../simulation/random.ts'
import { Burst } from './burst.ts'
import { ChaosCluster, type ChaosClusterOptions, type ChaosNode } from './chaos-cluster.ts'
import { OwnMedia } from './own-media.ts'
import { patience } from './patience.ts'
import { Person } from './person.ts'
import type { Timeline } from './timeline.ts'

export interface StageOptions extends ChaosClusterOptions {
  /** Givers at each node. */
  readonly givers?: number
  /** People who only watch, at each node. */
  readonly watchers?: number
  /** A media node, and an encoder that streams to it; otherwise a stream is only reported. */
  readonly media?: boolean
}

export class Stage {
  readonly cluster: ChaosCluster
  readonly timeline: Timeline
  /** Of the run's seed. */
  readonly random: Random
  people: Person[] = []
  live = ''
  /** Gifts that the database acknowledged and lost. */
  readonly lost = new Set<string>()
  readonly #options: StageOptions
  #host: Client | undefined
  #media: OwnMedia | undefined

  static async open(
    options: StageOptions,
    { timeline, random }: { timeline: Timeline; random: Random },
  ): Promise<Stage> {
    timeline.note('the cluster starts')
    const cluster = await ChaosCluster.start({ ...options, random: () => random.next() })
    const stage = new Stage(cluster, options, timeline, random)
    try {
      await stage.newRoom()
      return stage
    } catch (error) {
      const said = stage.said()
      await stage.close()
      throw new Error(`the stage could not be set:\n${said}`, { cause: error })
    }
  }

  private constructor(
    cluster: ChaosCluster,
    options: StageOptions,
    timeline: Timeline,
    random: Random,
  ) {
    this.cluster = cluster
    this.#options = options
    this.timeline = timeline
    this.random = random
  }

  get room(): string {
    return `live_${this.live}`
  }

  get nodes(): readonly ChaosNode[] {
    return this.cluster.nodes
  }

  /** Throws where the stage has none. */
  get media(): OwnMedia {
    if (!this.#media) throw new TypeError('this stage has no media node')
    return this.#media
  }

  /** Another live room with new people; those of the last one go. */
  async newRoom(): Promise<void> {
    this.#leave()
    const { givers = 2, watchers = 0 } = this.#options
    const { endpoint } = this.nodes[0]!
    const host = createClient({ endpoint })
    this.#host = host
    await host.auth.register({ name: uniqueName('host'), password })
    this.live = (await host.live.create({ title: 'Chaos', category: 'music' })).id
    if (this.#options.media) await this.#stream(await host.live.rotateKey(this.live))
    else await startStream(this.cluster.databaseUrl, this.live)
    const status = async (): Promise<string> => (await host.live.get(this.live)).status
    await until('the live is on', async () => (await status()) === 'live', patience)
    const people = this.nodes.flatMap(({ id, endpoint: own }) => [
      ...each(givers, (n) => Person.create(own, `${id}_giver_${n}`)),
      ...each(watchers, (n) => Person.create(own, `${id}_watcher_${n}`, true)),
    ])
    this.people = await Promise.all(people)
    await Promise.all(this.people.map((person) => person.join(this.live)))
    this.timeline.note(
      `${this.people.length} people are in the room, led by ${await this.leader()}`,
    )
  }

  /** The node that leads the room, as the database has it. */
  async leader(): Promise<string> {
    const [row] = await this.cluster.query('select owner_node from actor where room_id = $1', [
      this.room,
    ])
    return String(row?.owner_node)
  }

  async epoch(): Promise<number> {
    const [row] = await this.cluster.query(
      'select epoch::int as epoch from actor where room_id = $1',
      [this.room],
    )
    return row?.epoch ?? 0
  }

  async leaderNode(): Promise<ChaosNode> {
    const id = await this.leader()
    return this.nodes.find((node) => node.id === id) ?? this.nodes[0]!
  }

  async otherNode(): Promise<ChaosNode> {
    const { id } = await this.leaderNode()
    const others = this.nodes.filter((node) => node.id !== id)
    return this.random.pick(others)
  }

  /** Givers give until it ends. */
  burst(everyMs = 30): Burst {
    return new Burst(this.givers, everyMs)
  }

  get givers(): readonly Person[] {
    return this.people.filter(({ entries }) => entries[0]?.k === 'topup')
  }

  /** Resolves when the room is led under a later epoch than `before`, and by somebody else than `node`. */
  async takenOver(before: number): Promise<void> {
    await until('another epoch', async () => (await this.epoch()) > before, patience)
    this.timeline.note(`${await this.leader()} leads in epoch ${await this.epoch()}`)
  }

  /** Waits until everybody is back, has seen what all others gave, and asks again for some of it. */
  async settle(): Promise<void> {
    await until('everybody is online', () => this.people.every(({ online }) => online), patience)
    for (const person of this.givers) {
      await person.overreach()
      await person.askAgain()
    }
    const acked = this.people.flatMap(({ entries }) =>
      entries.flatMap((entry) => (entry.k === 'ack' ? entry.id : [])),
    )
    const numbers = new Map(this.people.flatMap((person) => [...person.seen()]))
    // What took the numbers of lost gifts may be unseen by those who saw the lost ones.
    const lostUpTo = Math.max(0, ...[...this.lost].map((id) => numbers.get(id) ?? 0))
    const unknown = this.lost.size ? 0 : Infinity
    for (const person of this.people) {
      if (person.entries.some((entry) => entry.k === 'recovered' && entry.gap)) continue
      const from = Math.max(Math.min(...person.seen().values()), lostUpTo + 1)
      const due = acked.filter((id) => (numbers.get(id) ?? unknown) >= from)
      const sawAll = (): boolean => {
        const seen = person.seen()
        return due.every((id) => seen.has(id))
      }
      await until(`${person.name} saw every gift`, sawAll, { ...patience, everyMs: 100 }).catch(
        () => {
          const missed = due.filter((id) => !person.seen().has(id))
          const places = missed.slice(0, 5).map((id) => numbers.get(id))
          const last = Math.max(...person.seen().values())
          this.timeline.note(
            `${person.name} (${person.room.status}, at ${last}) misses ${missed.length}: ${places.join()}`,
          )
        },
      )
    }
    this.timeline.note('everybody is back')
  }

  /** The last words of the nodes' processes. */
  said(): string {
    return this.nodes.map(({ id, process }) => `${id}: ${process.output.slice(-1_500)}`).join('\n')
  }

  async close(): Promise<void> {
    this.#leave()
    await this.#media?.dispose()
    await this.cluster.dispose()
  }

  async #stream({ key }: { key: string }): Promise<void> {
    const { databaseUrl, secret } = this.cluster
    this.#media ??= await OwnMedia.start({ databaseUrl, secret })
    await this.#media.publish(key)
  }

  #leave(): void {
    for (const person of this.people) person.close()
    this.#host?.close()
  }
}

function each<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

/** As a media node reports it. */
async function startStream(url: string, live: string): Promise<void> {
  const database = await openDatabase({ url })
  try {
    const payload = { live, stream: randomUUID(), at: Date.now() }
    await database.db
      .transaction()
      .execute((tx) => put(tx, [{ topic: 'stream.started', key: live, payload }]))
  } finally {
    await database.close()
  }
}
