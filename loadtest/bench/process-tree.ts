/** What a process and all that it started use, read from /proc. */

import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessUse {
  readonly pid: number
  readonly command: string
  /** Resident memory in MiB; pages shared between processes count in each. */
  readonly residentMiB: number
  /** Processor time in user and system mode so far, in seconds. */
  readonly cpuSeconds: number
}

// The kernel reports times in hundredths of a second on every platform that Node runs on.
const ticksPerSecond = 100

/** `pid` and its descendants, parents before children. Throws where there is no /proc. */
export function processTree(pid: number): ProcessUse[] {
  const children = new Map<number, number[]>()
  const uses = new Map<number, ProcessUse>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const process = readProcess(Number(name))
    if (process === undefined) continue
    uses.set(process.use.pid, process.use)
    const siblings = children.get(process.parent) ?? []
    children.set(process.parent, [...siblings, process.use.pid])
  }
  const collect = (at: number): ProcessUse[] => {
    const use = uses.get(at)
    if (use === undefined) return []
    return [use, ...(children.get(at) ?? []).flatMap(collect)]
  }
  return collect(pid)
}

function readProcess(pid: number): { parent: number; use: ProcessUse } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold spaces; fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const residentKiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0)
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    const use = { pid, command, residentMiB: residentKiB / 1024, cpuSeconds }
    return { parent: Number(fields[1]), use }
  } catch {
    return undefined // It ended in between.
  }
}
