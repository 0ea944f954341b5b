/** pgbench's TPC-B on the bench's server: the peer that everybody knows. */

import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Variant } from './bench.ts'
import type { CpuMeter } from './server-cpu.ts'

const run = promisify(execFile)

/** Scale 50 with 20 clients, prepared statements. The tables are made once and kept. */
export async function pgbench(url: string, meter: CpuMeter, seconds: number): Promise<Variant> {
  const used = meter.start()
  const args = ['-n', '-M', 'prepared', '-c', '20', '-j', '2', '-T', String(seconds), url]
  const { stdout } = await run(pgbenchPath(), args)
  const cpu = used()
  const figure = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1])
  return {
    name: 'pgbench TPC-B, 20 clients',
    perSecond: figure(/^tps = ([\d.]+)/m),
    p50Ms: figure(/latency average = ([\d.]+)/),
    ...cpu,
  }
}

export async function fillPgbench(url: string): Promise<void> {
  await run(pgbenchPath(), ['-i', '-q', '-s', '50', url])
}

/** Debian keeps some versions apart from the path. */
function pgbenchPath(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).toSorted() : []
  const found = versions.map((version) => `${root}/${version}/bin/pgbench`).filter(existsSync)
  return found.at(-1) ?? 'pgbench'
}
