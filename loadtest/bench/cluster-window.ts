/** A stretch of load on one room, and what it cost each server that has viewers of it. */

import type { JoinedGroup, Swarm } from '../swarm/swarm.ts'
import { pause, type ClusterStage } from './cluster-stage.ts'
import { processTree } from './process-tree.ts'

export interface WindowOptions {
  readonly stage: ClusterStage
  readonly swarm: Swarm
  /** Servers that are measured, and the viewers at each. */
  readonly places: readonly { readonly node: number; readonly groups: readonly JoinedGroup[] }[]
  readonly senders: JoinedGroup
  readonly loads: readonly {
    readonly name: string
    readonly input: Readonly<Record<string, unknown>>
    readonly perSecond: number
  }[]
  readonly forMs: number
}

export interface WindowSample {
  /** Of one server. */
  readonly cpuMsPerSecond: number
  /** Frames that its viewers got, a second and for each second of its processor time. */
  readonly deliveriesPerSecond: number
  readonly deliveriesPerCpuSecond: number
  readonly bytesPerDelivery: number
}

/** The last frames of a window arrive within so long, ms. */
const settleMs = 400

export interface Window {
  /** One for each of the places that were asked for. */
  readonly places: readonly WindowSample[]
  readonly redisCpuMsPerSecond: number
  /** Bytes a second into Redis and out of it. */
  readonly redisIn: number
  readonly redisOut: number
}

/** Throws where a command was refused: the load was another one then. */
export async function measureWindow(options: WindowOptions): Promise<Window> {
  const { stage, swarm, senders, loads, forMs } = options
  const before = await look(options)
  const started = performance.now()
  await Promise.all(loads.map((load) => swarm.load({ ...load, group: senders, forMs })))
  await pause(settleMs)
  const seconds = (performance.now() - started) / 1_000
  const after = await look(options)
  const refused = await swarm.counts(senders)
  if (Object.keys(refused.refused).length)
    throw new Error(`commands were refused: ${JSON.stringify(refused.refused)}`)
  return {
    redisCpuMsPerSecond: (1_000 * (after.redis.cpu - before.redis.cpu)) / seconds,
    redisIn: (after.redis.in - before.redis.in) / seconds,
    redisOut: (after.redis.out - before.redis.out) / seconds,
    places: options.places.map((_, index) => {
      const cpu = after.cpu[index]! - before.cpu[index]!
      const frames = after.frames[index]! - before.frames[index]!
      const bytes = after.bytes[index]! - before.bytes[index]!
      return {
        cpuMsPerSecond: (1_000 * cpu) / seconds,
        deliveriesPerSecond: frames / seconds,
        deliveriesPerCpuSecond: frames / cpu,
        bytesPerDelivery: bytes / frames,
      }
    }),
  }

  async function look({ places }: WindowOptions) {
    const frames: number[] = []
    const bytes: number[] = []
    for (const { groups } of places) {
      const counts = await Promise.all(groups.map((group) => swarm.counts(group)))
      frames.push(counts.reduce((sum, { figures }) => sum + figures.frames, 0))
      bytes.push(counts.reduce((sum, { figures }) => sum + figures.bytes, 0))
    }
    return {
      frames,
      bytes,
      cpu: places.map(({ node }) => cpuSeconds(stage.nodes[node]!.pid!)),
      redis: await lookAtRedis(stage),
    }
  }
}

async function lookAtRedis({ redis }: ClusterStage) {
  const stats = await redis.client.info('stats')
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(stats)?.[1])
  return {
    cpu: cpuSeconds(redis.pid),
    in: figure('total_net_input_bytes'),
    out: figure('total_net_output_bytes'),
  }
}

function cpuSeconds(pid: number): number {
  return processTree(pid)[0]!.cpuSeconds
}
