/**
 * One room over one, two and three instances: what a delivery costs the server of each, and what a relay
 * more costs the leader. The sockets are real, 3,000 an instance unless `--sockets` says otherwise, and so
 * are the servers: one process each, over one Redis and one Postgres. Each figure is the median of three
 * windows of six seconds.
 */

import { Swarm, type JoinedGroup } from '../swarm/swarm.ts'
import type { Bench, Variant } from './bench.ts'
import { ClusterStage } from './cluster-stage.ts'
import { measureWindow, type Window } from './cluster-window.ts'
import { median } from './median.ts'
import { processTree } from './process-tree.ts'

const givers = 60
const instances = 3
/** Long against the clock of /proc, which counts hundredths of a second. */
const windowMs = 6_000
const repeats = 3
const joinsPerSecond = 1_500
const loads = [
  { name: 'danmaku.send', input: { text: 'no. {n}' }, perSecond: 20 },
  { name: 'gift.send', input: { gift: 'drum', count: 1 }, perSecond: 2 },
]

interface Setting {
  readonly stage: ClusterStage
  readonly swarm: Swarm
  readonly say: (line: string) => void
  /** Of each instance. */
  readonly sockets: number
}

export const relay: Bench = async (say, { sockets: asked = '3000' }) => {
  const sockets = Number(asked)
  const env = { PLAZA_ROOM_AUDIENCE: String(2 * sockets) }
  const stage = await ClusterStage.start({ nodes: instances, env, givers }, say)
  const swarm = await Swarm.start({ as: 'process' })
  try {
    const setting = { stage, swarm, say, sockets }
    const leader = await leaderAlone(setting)
    const { variants, lowest } = await deliveries(setting)
    return {
      variants: [...leader.variants, ...variants],
      ratios: {
        "leader's CPU ms a second, one relay more": leader.perRelay,
        'deliveries per CPU second, lowest of any instance / one instance alone': lowest,
      },
    }
  } finally {
    await swarm.stop()
    await stage.dispose()
  }
}

/** The leader without viewers, and with none, one and two relays that follow it. */
async function leaderAlone(setting: Setting) {
  const { stage, swarm, say } = setting
  const { room, order, senders } = await openRoom(setting)
  const leader = order[0]!
  const costs: number[] = []
  const variants: Variant[] = []
  for (let relays = 0; relays < instances; relays += 1) {
    if (relays) await swarm.join({ room, count: 1, seats: stage.seats(room, order[relays]!) })
    const places = [{ node: leader, groups: [senders] }]
    const rounds: number[] = []
    for (let round = 0; round < repeats; round += 1) {
      const window = await measureWindow({ stage, swarm, places, senders, loads, forMs: windowMs })
      rounds.push(window.places[0]!.cpuMsPerSecond)
    }
    costs.push(median(rounds))
    const cpu = costs[relays]!
    variants.push({ name: `leader alone, ${relays} relays`, leaderCpuMsPerSecond: cpu })
    say(`the leader with ${relays} relays: ${cpu.toFixed(1)} ms of CPU a second`)
  }
  return { variants, perRelay: costs[2]! - costs[1]! }
}

/** Viewers at the leader's instance, then at a relay too, then at two. */
async function deliveries(setting: Setting) {
  const { stage, swarm, say, sockets } = setting
  const { room, order, senders } = await openRoom(setting)
  const places: { node: number; groups: JoinedGroup[] }[] = []
  const variants: Variant[] = []
  const all: number[] = []
  for (const node of order) {
    say(`${sockets} sockets join instance ${places.length + 1}`)
    const seats = stage.seats(room, node)
    const empty = usageOf(stage, node)
    const group = await swarm.join({ room, count: sockets, rate: joinsPerSecond, seats })
    if (group.failed) throw new Error(`${group.failed} sockets did not get in`)
    const full = usageOf(stage, node)
    places.push({ node, groups: places.length ? [group] : [group, senders] })
    const rounds: Window[] = []
    for (let round = 0; round < repeats; round += 1)
      rounds.push(await measureWindow({ stage, swarm, places, senders, loads, forMs: windowMs }))
    const middle = (read: (round: Window) => number) => median(rounds.map(read))
    const costs = places.map((_, i) => middle((round) => round.places[i]!.deliveriesPerCpuSecond))
    all.push(...costs)
    const perSecond = middle(({ places }) =>
      places.reduce((sum, { deliveriesPerSecond }) => sum + deliveriesPerSecond, 0),
    )
    variants.push({
      name: `${places.length} × ${sockets} sockets`,
      deliveriesPerSecond: perSecond,
      ...Object.fromEntries(costs.map((cost, i) => [`perCpuSecond${i + 1}`, cost])),
      leaderCpuMsPerSecond: middle((round) => round.places[0]!.cpuMsPerSecond),
      redisCpuMsPerSecond: middle((round) => round.redisCpuMsPerSecond),
      redisInPerSecond: middle((round) => round.redisIn),
      redisOutPerSecond: middle((round) => round.redisOut),
      bytesPerDelivery: middle((round) => round.places[0]!.bytesPerDelivery),
      joinCpuUs: (1e6 * (full.cpuSeconds - empty.cpuSeconds)) / sockets,
      emptyMiB: empty.residentMiB,
      kibPerSocket: (1_024 * (full.residentMiB - empty.residentMiB)) / sockets,
    })
    say(`deliveries per CPU second: ${costs.map(Math.round).join(', ')}`)
  }
  const { figures, closes, delays } = await swarm.counts()
  const { gaps, missing, cpuSeconds, frames } = figures
  say(`gaps ${gaps}, missing ${missing}, closes ${JSON.stringify(closes)}`)
  const p99 = (lane: 'must' | 'should') => delays[lane].percentile(0.99).toFixed(0)
  say(`from a gift to its arrival p99 ${p99('must')} ms, of danmaku ${p99('should')} ms`)
  const { residentMiB } = processTree(swarm.pids[0]!)[0]!
  variants.push({
    name: `the swarm, one process with ${figures.open} sockets`,
    perCpuSecond1: frames / cpuSeconds,
    kibPerSocket: (1_024 * residentMiB) / figures.open,
  })
  return { variants, lowest: Math.min(...all) / all[0]! }
}

function usageOf(stage: ClusterStage, node: number) {
  return processTree(stage.nodes[node]!.pid!)[0]!
}

/** With its nodes, the leader first. */
async function openRoom({ stage, swarm }: Setting) {
  const room = await stage.openRoom()
  const { node } = await stage.leader(room)
  const order = Array.from({ length: instances }, (_, index) => (node + index) % instances)
  const seats = stage.seats(room, node, (n) => n)
  return { room, order, senders: await swarm.join({ room, count: givers, seats }) }
}
