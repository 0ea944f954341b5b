/** Processor time of this process and of the Postgres server on this machine, and time spent on disks. */

import { readdirSync, readFileSync } from 'node:fs'

export interface CpuMeter {
  /** Starts to count; the result tells the cores in use since, and the share of time that waited for disks. */
  start(): () => Record<string, number>
}

// The kernel reports times in hundredths of a second on every platform that Node runs on.
const ticksPerSecond = 100

/** Without `server`, or where there is no /proc, only what Node knows is told. */
export function cpuMeter(server: boolean): CpuMeter {
  return {
    start: () => {
      const started = performance.now()
      const node = process.cpuUsage()
      const postgres = server ? postgresSeconds() : undefined
      const disk = diskTimes()
      return () => {
        const seconds = (performance.now() - started) / 1_000
        const { user, system } = process.cpuUsage(node)
        const after = diskTimes()
        return {
          nodeCores: (user + system) / 1e6 / seconds,
          ...(postgres !== undefined && {
            postgresCores: (postgresSeconds()! - postgres) / seconds,
          }),
          ...(disk &&
            after && { iowaitPercent: (100 * (after.wait - disk.wait)) / (after.all - disk.all) }),
        }
      }
    },
  }
}

/** Of all servers here, with the children that they have already reaped. */
function postgresSeconds(): number | undefined {
  let ticks = 0
  const parents = new Map<string, string>()
  const uses = new Map<string, { own: number; reaped: number }>()
  for (const pid of pids()) {
    const fields = statOf(pid)
    if (fields?.name !== 'postgres') continue
    const [state, parent, ...rest] = fields.rest
    if (state === 'Z' || parent === undefined) continue
    parents.set(pid, parent)
    const number = (index: number) => Number(rest[index - 2])
    uses.set(pid, { own: number(11) + number(12), reaped: number(13) + number(14) })
  }
  for (const [pid, { own, reaped }] of uses)
    ticks += own + (uses.has(parents.get(pid)!) ? 0 : reaped)
  return uses.size ? ticks / ticksPerSecond : undefined
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function statOf(pid: string): { name: string; rest: string[] } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    return { name: stat.slice(stat.indexOf('(') + 1, end), rest: stat.slice(end + 2).split(' ') }
  } catch {
    return undefined // It ended in between.
  }
}

function diskTimes(): { wait: number; all: number } | undefined {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
    const times = line.trim().split(/\s+/).slice(1).map(Number)
    return { wait: times[4] ?? 0, all: times.reduce((sum, time) => sum + time, 0) }
  } catch {
    return undefined
  }
}
