/** Sees everything and judges it: what the store wrote, what clients were told, who led when. */

import type { FlushBatch } from '../../engine/kernel/room-batch.ts'
import type { Decided, Owner, RoomBatch, RoomEvent } from '../../engine/kernel/journal.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { spendLimit, startBalance, type Bank, type Payment } from './bank.ts'
import { Health } from './health.ts'
import type { Plan } from './plan.ts'
import { RoomLog } from './room-log.ts'
import type { SimView } from './sim-kind.ts'
import type { VirtualProcess } from './virtual-process.ts'
import { epochMs } from './virtual-process.ts'
import type { Part } from './virtual-store.ts'
import type { World } from './world.ts'

/** What a process believes of its lease. */
interface Holder {
  readonly process: VirtualProcess
  readonly lease: { readonly held: boolean }
}

/** A node's clock is off by the round trips of its beats at most, ms. */
const clockMs = 4_000
/** A decision is written within so long, or its transaction is rolled back, ms. */
const decidedMs = 3_000

/** Timers that a process may have waiting: its lease, sweeps, and two for each of three rooms. */
const mostTimers = 16
/** With a bus: beats, sweeps, five for each instance and relay, and one for each question under way. */
const mostTimersInCluster = 120

export class Checker {
  readonly stats = {
    commits: 0,
    acknowledged: 0,
    streamed: 0,
    views: 0,
    gaps: 0,
    takeovers: 0,
    rung: 0,
    /** Flushes of former owners that the store refused. */
    fenced: 0,
    /** Answers of the store that were lost after it had done what was asked. */
    unheard: 0,
    /** Welcomes of viewers, and those with exactly what was missed. */
    seats: 0,
    resumed: 0,
    /** Rooms that were given to a named node. */
    given: 0,
  }
  readonly health: Health
  readonly #world: World
  readonly #plan: Plan
  readonly #logs = new Map<RoomKey, RoomLog>()
  readonly #holders = new Map<string, Holder>()
  /** Incarnations whose lease rows were destroyed: they could not know. */
  readonly #robbed = new Set<string>()

  constructor(world: World, plan: Plan) {
    this.health = new Health(world)
    this.#world = world
    this.#plan = plan
  }

  fail(invariant: string, message: string): void {
    this.#world.fail(invariant, message)
  }

  leads(owner: Owner, holder: Holder): void {
    this.#holders.set(owner.incarnation, holder)
  }

  leasesFlushed(): void {
    for (const incarnation of this.#holders.keys()) this.#robbed.add(incarnation)
  }

  /** P1: nobody takes a room that its former owner may still lead. */
  opened(room: RoomKey, epoch: number, by: VirtualProcess, former: Owner | undefined): void {
    this.#world.note(`${by.name} opens ${room}`, epoch)
    const log = this.log(room)
    const holder = former && this.#holders.get(former.incarnation)
    if (holder && holder.process !== by) {
      this.stats.takeovers += 1
      const free = !holder.process.alive || this.#robbed.has(former.incarnation)
      if (!free && holder.lease.held)
        this.fail('P1', `${room} is taken while ${holder.process.name} still holds its lease`)
    }
    this.#taken(room, log, by)
    if (epoch < log.opened.epoch) this.fail('D', `${room} is opened under an older epoch`)
    log.opened = { epoch, by }
  }

  /** The room is given up, to `to` where it is named; who had it writes nothing more. */
  released(room: RoomKey, to: Owner | undefined): void {
    this.#world.note(`${room} is given to`, 0, () => to?.incarnation ?? 'anybody')
    if (to) this.stats.given += 1
    const log = this.log(room)
    log.given = to
    log.opened = { ...log.opened, by: undefined }
  }

  /** P1: a room that was given is opened by the one that was named, as long as that one may lead. */
  #taken(room: RoomKey, log: RoomLog, by: VirtualProcess): void {
    const { given } = log
    log.given = undefined
    const named = given && this.#holders.get(given.incarnation)
    if (!named || named.process === by || this.#robbed.has(given.incarnation)) return
    if (named.process.alive && named.lease.held)
      this.fail('P1', `${room} was given to ${named.process.name} and is taken by ${by.name}`)
  }

  /** A, D, P1, T and the size of G, for one room's part of a flush. */
  committed(batch: RoomBatch, decided: Decided, by: VirtualProcess): void {
    const { room, epoch, firstSeq } = batch
    this.stats.commits += 1
    this.#world.note(`${by.name} writes ${room}`, epoch * 1_000 + firstSeq, () =>
      JSON.stringify({ epoch, firstSeq, ...decided }),
    )
    const log = this.log(room)
    const { opened } = log
    if (opened.by !== by || opened.epoch !== epoch)
      this.fail(
        'P1',
        `${by.name} writes ${room} under ${epoch}, it is ${opened.by?.name}'s under ${opened.epoch}`,
      )
    const last = log.entries.at(-1)
    if (last && epoch < last.epoch)
      this.fail('D', `${room}: ${epoch} is written behind ${last.epoch}`)
    if (firstSeq !== log.entries.length + 1)
      this.fail('D', `${room}: number ${firstSeq} is written behind ${log.entries.length}`)
    const waiting = (batch as FlushBatch).waiting.filter(({ timer }) => !timer).length
    if (waiting > this.#plan.limits.maxWaiting)
      this.fail('G', `${room}: ${waiting} commands waited`)
    this.stats.rung += decided.events.filter(({ type }) => type === 'alarm.rang').length
    this.#timed(log, decided)
    const breach = log.append(epoch, decided)
    if (breach) this.fail(breach.invariant, `${room}: ${breach.message}`)
  }

  /** W: events carry the true time, and no timer rings early, whatever the nodes' wall clocks show. */
  #timed({ alarms }: RoomLog, { events }: Decided): void {
    const now = epochMs + this.#world.now
    const due = new Map([...alarms.values()].map(({ set, at }) => [set, at]))
    for (const { type, at, data } of events) {
      if (at > now + clockMs || at < now - clockMs - decidedMs)
        this.fail('W', `${type} is told as of ${Math.round(at - now)} ms`)
      const early = (due.get(data.set) ?? 0) - now
      if (type === 'alarm.rang' && early > clockMs)
        this.fail('W', `${data.set} rang ${Math.round(early)} ms early`)
    }
  }

  /** C: each gift is paid once, nobody overdraws, nothing is made or lost. */
  paid(bank: Bank, parts: readonly Part[], payments: readonly Payment[]): void {
    const sent = parts.flatMap(({ decided }) =>
      decided.events
        .filter(({ type }) => type === 'gift.sent')
        .map(({ data }) => data.id as string),
    )
    const paid = payments.map(({ id }) => id)
    if (sent.sort().join() !== paid.sort().join())
      this.fail('C', `gifts sent: ${sent.join()}; gifts paid: ${paid.join()}`)
    let sum = bank.earned
    for (const [who, { balance, spent }] of bank.purses) {
      sum += balance - startBalance
      if (balance < 0 || spent > spendLimit) this.fail('C', `${who} has ${balance}, spent ${spent}`)
    }
    if (sum !== 0) this.fail('C', `${sum} came from nowhere`)
  }

  /** B: what is acknowledged is durable, and the answer is the one that is kept. */
  acknowledged(room: RoomKey, asker: string, command: string, id: string, answer: unknown): void {
    this.stats.acknowledged += 1
    if (command === 'like.add') return this.#durable(room, id, answer as { total: number })
    const kept = this.log(room).answers.get(`${asker} ${id}`)
    if (kept === undefined) this.fail('B', `${room}: ${command} ${id} is acknowledged, not durable`)
    else if (kept !== JSON.stringify(answer))
      this.fail('A', `${room}: ${command} ${id} was answered ${kept} and ${JSON.stringify(answer)}`)
  }

  /** B: an immediate answer tells nothing that is not durable when it leaves the node. */
  answered(room: RoomKey, command: string, id: string, answer: unknown): void {
    if (command === 'like.add') this.#durable(room, id, answer as { total: number })
  }

  #durable(room: RoomKey, id: string, { total }: { total: number }): void {
    const { entries } = this.log(room)
    if (total > (entries.at(-1)?.sum.total ?? 0))
      this.fail('B', `${room}: ${id} tells a total of ${total} that is not durable`)
  }

  /** E: what a listener is shown under a number is what the log has there. */
  streamed(room: RoomKey, who: string, firstSeq: number, events: readonly RoomEvent[]): void {
    const { entries } = this.log(room)
    for (const [index, event] of events.entries()) {
      this.stats.streamed += 1
      const written = entries[firstSeq + index - 1]
      if (written?.json !== JSON.stringify(event))
        this.fail('E', `${who} is shown ${JSON.stringify(event)} as ${room} ${firstSeq + index}`)
    }
  }

  /** B and E: a view holds exactly the log up to its position; A: nothing counts twice. */
  viewed(room: RoomKey, who: string, seq: number, view: SimView): void {
    this.stats.views += 1
    const log = this.log(room)
    const want = log.sumAt(seq)
    const have = { total: view.total, sold: view.sold, rung: view.rung.length }
    if (JSON.stringify(want) !== JSON.stringify(have))
      this.fail(
        'B',
        `${who} sees ${room} ${seq} as ${JSON.stringify(have)}, not ${JSON.stringify(want)}`,
      )
    for (const counts of [view.likes, view.votes]) {
      for (const [id, times] of Object.entries(counts))
        if (times > 1) this.fail('A', `${room}: ${id} counted ${times} times`)
    }
  }

  timersOf(process: VirtualProcess): void {
    const most = this.#plan.bus ? mostTimersInCluster : mostTimers
    if (process.timers > most) this.fail('G', `${process.name} has ${process.timers} timers`)
  }

  /** T: timers that are due and have not rung. */
  lateTimers(): string[] {
    const now = epochMs + this.#world.now
    return [...this.#logs].flatMap(([room, { alarms }]) =>
      [...alarms]
        .filter(([, { at }]) => at <= now)
        .map(([key, { set }]) => `${room}: timer ${key} of ${set} has not rung`),
    )
  }

  log(room: RoomKey): RoomLog {
    let log = this.#logs.get(room)
    if (!log) this.#logs.set(room, (log = new RoomLog()))
    return log
  }
}
