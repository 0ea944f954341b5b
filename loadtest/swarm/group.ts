/** The sockets of one worker in one room: lets them in at a rate, and back in when they fall out. */

import { nextStep, retryInMs } from '../../engine/wire/close-codes.ts'
import { CommandIds } from '../../engine/wire/command-id.ts'
import type { Welcome } from '../../engine/wire/messages.ts'
import { backoffMs } from '../../sdk/backoff.ts'
import { Counts } from './counts.ts'
import { add, FrameMemory } from './frame-memory.ts'
import { Histogram } from './histogram.ts'
import { HttpSeats, NoSeat } from './http-seats.ts'
import { sourceAddress } from './limits.ts'
import type { GroupSpec, LoadSpec, SentCommand, Witness } from './messages.ts'
import { newCommand, Viewer, type Stand } from './viewer.ts'

/** Handshakes under way at once in a group. */
const mostOpening = 2_000
const tickMs = 10

export interface GroupLinks {
  readonly spec: GroupSpec
  /** Which part of the loopback network this worker connects from. */
  readonly network: number
  /** Asks the driver for seats; `seats` brings them. */
  need(sockets: readonly number[]): void
  /** Every socket was welcomed, or failed for good. */
  joined(failed: number): void
}

export class Group implements Stand {
  readonly counts = new Counts()
  readonly memory = new FrameMemory()
  #mark: Stand['mark']
  readonly commands: SentCommand[] = []
  readonly #links: GroupLinks
  readonly #viewers: Viewer[]
  readonly #http: HttpSeats | undefined
  readonly #ids = new CommandIds()
  /** Who has not been in yet: they come at the rate of the spec. */
  readonly #waiting: Viewer[]
  /** Who comes again, each at a time of its own: a crowd is not held back by how it once came. */
  readonly #returning: Viewer[] = []
  readonly #timers = new Set<NodeJS.Timeout>()
  #opening = 0
  #settled = 0
  #failed = 0
  #allowance = 0
  #asked = 0
  #stopped = false

  constructor(links: GroupLinks) {
    this.#links = links
    const { spec } = links
    this.#viewers = Array.from(
      { length: spec.count },
      (_, index) => new Viewer(spec.first + index, this),
    )
    this.#waiting = [...this.#viewers]
    if (spec.seats !== 'driver') this.#http = new HttpSeats(spec.seats.endpoints, spec.room)
    this.#timers.add(setInterval(() => this.#tick(), tickMs))
  }

  get mark(): Stand['mark'] {
    return this.#mark
  }

  set mark(mark: Stand['mark']) {
    this.#mark = mark
    this.counts.delays.mark = new Histogram()
    this.counts.delays.back = new Histogram()
    for (const viewer of this.#viewers) viewer.restFrom(Date.now())
  }

  get witness(): boolean {
    return this.#links.spec.witness
  }

  /** Seats that were asked for, by number of socket; undefined: there is none. */
  seats(urls: Readonly<Record<number, string | undefined>>): void {
    for (const [index, url] of Object.entries(urls)) {
      const viewer = this.#viewers[Number(index) - this.#links.spec.first]!
      if (url === undefined) this.#refused(viewer, new Error('no seat from the driver'))
      else this.#connect(viewer, url)
    }
  }

  /** Sends commands at even times from one socket after the other; resolves after the last one. */
  load(spec: LoadSpec): Promise<void> {
    const started = performance.now()
    const startedAt = Date.now()
    const total = Math.round((spec.perSecond * spec.forMs) / 1_000)
    let sent = 0
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(total, ((performance.now() - started) * spec.perSecond) / 1_000)
        for (; sent < due; sent += 1) this.#ask(spec, startedAt + (sent * 1_000) / spec.perSecond)
        if (sent < total) return
        clearInterval(timer)
        this.#timers.delete(timer)
        resolve()
      }, 5)
      this.#timers.add(timer)
    })
  }

  /** Cuts a share of the open sockets at once. */
  drop(share: number): void {
    const open = this.#viewers.filter((viewer) => viewer.open)
    for (const viewer of open.slice(0, Math.round(open.length * share))) viewer.cut()
  }

  witnesses(): Witness[] {
    const { group } = this.#links.spec
    return this.#viewers.map(({ index, frames }) => ({ group, socket: index, frames }))
  }

  read(): Counts {
    this.counts.figures.distinct = this.memory.distinct
    for (const type of Object.keys(this.counts.events)) delete this.counts.events[type]
    this.memory.addTo(this.counts.events)
    const pauses = new Histogram()
    for (const viewer of this.#viewers) if (this.#mark) pauses.record(viewer.longestPause)
    this.counts.delays.pause = pauses
    return this.counts
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const viewer of this.#viewers) viewer.close()
    this.#http?.close()
  }

  welcomed(viewer: Viewer, { now }: Welcome): void {
    this.#ids.sync(now)
    this.#opening -= 1
    this.#settle(viewer, true)
  }

  gone(viewer: Viewer, { code, reason, wasOpen }: Parameters<Stand['gone']>[1]): void {
    if (!wasOpen) this.#opening -= 1
    if (this.#stopped) return
    if (this.#links.spec.reconnect && nextStep(code) !== 'stop') {
      this.#again(viewer, retryInMs(reason))
    } else this.#settle(viewer, false)
  }

  #ask(spec: LoadSpec, dueAt: number): void {
    const viewer = this.#nextViewer()
    if (!viewer) return add(this.counts.failures, 'no socket to send from')
    this.#asked += 1
    const { name, group } = spec
    const input = numbered(spec.input, this.#asked)
    const of = { id: this.#ids.next(), name, group, socket: viewer.index, dueAt }
    const command = newCommand(input, of)
    this.counts.figures.sent += 1
    this.counts.figures.pending += 1
    this.commands.push(command.record)
    viewer.ask(command)
  }

  /** Round; past those that are gone for good. */
  #nextViewer(): Viewer | undefined {
    const { length } = this.#viewers
    for (let step = 0; step < length; step += 1) {
      const viewer = this.#viewers[(this.#asked + step) % length]!
      if (viewer.open || (this.#links.spec.reconnect && viewer.known)) return viewer
    }
    return undefined
  }

  #tick(): void {
    const back = this.#returning.splice(0, mostOpening - this.#opening)
    this.#opening += back.length
    const viewers = back.concat(this.#next())
    if (!viewers.length) return
    for (const viewer of viewers) viewer.seatedAt = performance.now()
    const { seats } = this.#links.spec
    if (seats === 'driver') return this.#links.need(viewers.map(({ index }) => index))
    for (const viewer of viewers) void this.#askHttp(viewer, seats.tokens)
  }

  #next(): Viewer[] {
    if (!this.#waiting.length) this.#allowance = 0
    else this.#allowance += (this.#links.spec.rate * tickMs) / 1_000
    const free = mostOpening - this.#opening
    const viewers = this.#waiting.splice(0, Math.floor(Math.min(this.#allowance, free)))
    this.#allowance -= viewers.length
    this.#opening += viewers.length
    return viewers
  }

  async #askHttp(viewer: Viewer, tokens: readonly string[] | undefined): Promise<void> {
    try {
      const token = tokens?.[viewer.index % tokens.length]
      const url = await this.#http!.take(viewer.index + viewer.failures, token)
      this.#connect(viewer, url)
    } catch (error) {
      this.#refused(viewer, error as Error)
    }
  }

  #connect(viewer: Viewer, url: string): void {
    if (!this.#stopped) viewer.connect(url, sourceAddress(url, this.#links.network, viewer.index))
  }

  #refused(viewer: Viewer, error: Error): void {
    if (this.#stopped) return
    this.#opening -= 1
    add(this.counts.failures, error.message)
    if (this.#links.spec.reconnect)
      this.#again(viewer, error instanceof NoSeat ? error.retryInMs : undefined)
    else this.#settle(viewer, false)
  }

  #again(viewer: Viewer, ms: number | undefined): void {
    // Who was told a time was told one of its own.
    const wait = ms ?? backoffMs(viewer.failures++, Math.random)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#returning.push(viewer)
    }, wait)
    this.#timers.add(timer)
  }

  /** Counts each socket once. */
  #settle(viewer: Viewer, well: boolean): void {
    if (viewer.settled) return
    viewer.settled = true
    this.#settled += 1
    if (!well) this.#failed += 1
    if (this.#settled === this.#viewers.length) this.#links.joined(this.#failed)
  }
}

/** The input with `{n}` of its texts replaced. */
function numbered(input: Readonly<Record<string, unknown>>, n: number): unknown {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replaceAll('{n}', String(n)) : value,
    ]),
  )
}
