/** Runs a scenario from the first account to the report. */

import { seededRandom } from '../../sdk/testing/seeded-random.ts'
import { bugs } from '../bugs/bugs.ts'
import { startDefectiveProxy } from '../bugs/defective-proxy.ts'
import { startOwnPlatform, type OwnPlatform } from '../platform/own-platform.ts'
import type { Check, Report } from '../report/report.ts'
import type { Phase, Stage, StageRoom } from '../scenarios/scenario.ts'
import { Swarm } from '../swarm/swarm.ts'
import { measureCapacity, scaled } from './capacity.ts'
import { Crowd } from './crowd.ts'
import { Figures } from './figures.ts'
import { mostGifts, performer, schedule } from './load.ts'
import { perform } from './open-loop.ts'
import type { RunOptions } from './options.ts'
import { Pace } from './pace.ts'
import type { Progress } from './progress.ts'
import { Record } from './record.ts'
import { Scrape } from './scrape.ts'
import { setUp, type SetRoom } from './setup.ts'
import { writeUp } from './write-up.ts'
import { countMoney, heard, judgeBooks, judgeRun, roomsOf, settle } from './verdict.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const steady: readonly Phase[] = [{ name: 'load', share: 1, factor: 1 }]
/** Of a server that runs with its defaults: see `RoomSettings.lines` and the setting `streamerPercent`. */
const ownDefaults = { budget: { perSecond: 15, burst: 15 }, streamerPercent: 70 }

/** Rejects where the platform cannot be used or a worker died; a failed check is in the report. */
export async function runLoad(options: RunOptions, progress: Progress): Promise<Report> {
  const undo: (() => Promise<void> | void)[] = []
  const takeDown = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  // Whoever stops the run leaves no server behind.
  const stop = (): void => void takeDown().finally(() => process.exit(130))
  for (const signal of signals) process.once(signal, stop)
  try {
    return await run(options, progress, (step) => undo.push(step))
  } finally {
    for (const signal of signals) process.removeListener(signal, stop)
    await takeDown()
    progress.end()
  }
}

async function run(
  options: RunOptions,
  progress: Progress,
  later: (undo: () => Promise<void> | void) => void,
): Promise<Report> {
  const { scenario, seed } = options
  const { say } = progress
  let { plan } = options
  const own = options.url === undefined ? await startOwn(options, say) : undefined
  if (own) later(() => own.remove())
  const real = own?.endpoints ?? [options.url!]
  const endpoints = options.bug ? await spoil(real, options.bug, later) : real

  const figures = new Figures()
  const record = new Record()
  const phases = scenario.phases ?? steady
  const shares = sharesOf(plan.rooms, scenario.spread)
  const ensemble = await setUp({
    endpoints,
    plan,
    shares,
    side: scenario.side !== undefined,
    pictureKbps: scenario.pictureKbps,
    gifts: mostGifts(plan, phases) + (scenario.side?.gifts ?? 0) * plan.duration,
    record,
    figures,
    say,
    later,
  })
  const rooms = roomsOf(ensemble)
  const before = await countMoney(rooms)
  const swarm = await Swarm.start({ workers: options.workers, as: 'process' })
  later(() => swarm.stop())
  const crowd = new Crowd(swarm, figures)
  const scrape = new Scrape(real, figures, options.metricsToken)
  const pace = new Pace({ figures, progress, seconds: plan.duration, look: [crowd, scrape] })
  later(() => pace.stop())

  const stageRooms = spreadViewers(ensemble.rooms, plan.viewers)
  const letIn = (): Promise<void> => fill(stageRooms, { swarm, endpoints, ramp: plan.ramp })
  const fills = scenario.pictureKbps === undefined
  if (fills && !scenario.late) {
    say(`${plan.viewers} viewers come in over ${plan.ramp} s`)
    await letIn()
    await pace.look()
  }
  const act = performer(ensemble, seed)
  const { probe } = scenario
  let capacity: number | undefined
  if (probe) {
    say(`measuring for ${probe.seconds} s what the platform carries`)
    const random = seededRandom(seed + 2)
    capacity = await measureCapacity({ ...probe, rates: plan.rates, act, record, random })
    plan = { ...plan, rates: scaled(plan.rates, capacity) }
    await pace.look()
    say(`it carries ${capacity.toFixed(0)} commands a second`)
  }
  figures.begin()
  const startedAt = new Date()
  const checks: Check[] = []
  const over = new AbortController()
  pace.start()
  const stage: Stage = {
    plan,
    rooms: stageRooms,
    swarm,
    figures,
    endpoints,
    capacity,
    random: seededRandom(seed + 1),
    over: over.signal,
    now: () => pace.now(),
    at: (seconds) => pace.at(seconds, over.signal),
    note: (text) => pace.note(text),
    check: (check) => checks.push(check),
  }
  const play = Promise.all([scenario.play?.(stage), fills && scenario.late ? letIn() : undefined])
  play.catch(() => over.abort())
  for (const { name, arrivals } of schedule(plan, { phases, side: scenario.side, seed })) {
    if (phases.length > 1) {
      pace.phase(name)
      figures.enter(name)
    }
    await perform(arrivals, act, { stopped: () => over.signal.aborted })
  }
  await pace.at(plan.duration, over.signal)
  over.abort()
  await play
  say('the load is over; waiting for what is under way')
  await settle(rooms, record)
  await pace.look()
  pace.stop()
  checks.push(...(scenario.judge?.(stage, heard(rooms, record)) ?? []))

  say('checking the record against wallets, statements and witnesses')
  const exact = scenario.phases !== undefined
  const known = own ? { ...ownDefaults, budget: { ...ownDefaults.budget, exact } } : {}
  const findings = await judgeRun({ rooms, record, crowd, before, known })
  if (own) {
    await swarm.stop()
    for (const room of rooms) leave(room)
    await own.stop()
    say('checking the record against the database')
    await judgeBooks(own.books, { rooms, record }, findings)
  }
  const platform = describe(options)
  return writeUp({
    options: { ...options, plan },
    platform,
    startedAt,
    figures,
    record,
    rooms,
    findings,
    checks,
    pace,
  })
}

async function startOwn(
  { nodes, postgres, plan }: RunOptions,
  say: (line: string) => void,
): Promise<OwnPlatform> {
  say(
    `starting ${nodes === 1 ? 'a node' : `${nodes} nodes`} on ${postgres ? 'Postgres' : 'PGlite'}`,
  )
  const sockets = plan.viewers + plan.senders + plan.rooms * plan.witnesses
  return startOwnPlatform({ nodes, postgres, sockets, say })
}

/** Puts a defect before each node; gives the addresses to use instead. */
async function spoil(
  endpoints: readonly string[],
  { name, every }: NonNullable<RunOptions['bug']>,
  later: (undo: () => void) => void,
): Promise<string[]> {
  const defect = bugs[name](every)
  const proxies = await Promise.all(endpoints.map((one) => startDefectiveProxy(one, defect)))
  for (const proxy of proxies) later(() => proxy.close())
  return proxies.map(({ endpoint }) => endpoint)
}

function describe({ url, nodes, postgres }: RunOptions): string {
  if (url !== undefined) return url
  const database = postgres === undefined ? 'PGlite' : 'Postgres'
  return nodes === 1 ? `one node on ${database}` : `${nodes} nodes on ${database} and Redis`
}

/** Of each room, 0 to 1; the first is the largest. */
export function sharesOf(rooms: number, spread: 'even' | 'zipf'): number[] {
  const weights = Array.from({ length: rooms }, (_, i) => (spread === 'even' ? 1 : 1 / (i + 1)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

type Filled = { -readonly [Key in keyof StageRoom]: StageRoom[Key] }

function spreadViewers(rooms: readonly SetRoom[], viewers: number): Filled[] {
  let left = viewers
  return rooms.map(({ key, id, host, share }, index) => {
    const here = index === rooms.length - 1 ? left : Math.min(left, Math.round(viewers * share))
    left -= here
    return { key, id, host, share, viewers: here, group: undefined }
  })
}

/** Lets the viewers of all rooms in at the same time, each room's over the whole ramp. */
async function fill(
  rooms: readonly Filled[],
  { swarm, endpoints, ramp }: { swarm: Swarm; endpoints: readonly string[]; ramp: number },
): Promise<void> {
  await Promise.all(
    rooms.map(async (room) => {
      const { key, viewers: count } = room
      if (!count) return
      const rate = ramp > 0 ? count / ramp : count * 100
      const seats = { endpoints }
      room.group = await swarm.join({ room: key, count, rate, seats, reconnect: true })
    }),
  )
}

function leave({ senders }: SetRoom): void {
  for (const sender of senders) sender.leave()
}
