/**
 * `npm run bench -- NAME… [--json] [--option value]`: runs benchmarks one after the other and prints their
 * figures as tables. With `--json` each ends with a line `{name, machine, variants, ratios}` as JSON.
 */

import { availableParallelism, cpus, totalmem } from 'node:os'
import type { Bench, BenchResult, Variant } from './bench.ts'

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  drain: async () => (await import('./drain.ts')).drain,
  failover: async () => (await import('./failover.ts')).failover,
  fanout: async () => (await import('./fanout.ts')).fanout,
  gifts: async () => (await import('./gifts.ts')).gifts,
  joins: async () => (await import('./joins.ts')).joinsBench,
  kernel: async () => (await import('./kernel.ts')).kernel,
  lines: async () => (await import('./lines.ts')).lines,
  memory: async () => (await import('./memory.ts')).memory,
  relay: async () => (await import('./relay.ts')).relay,
  'redis-frames': async () => (await import('./redis-frames.ts')).redisFrames,
  startup: async () => (await import('./startup.ts')).startup,
  wire: async () => (await import('./wire.ts')).wire,
}

async function main(args: readonly string[]): Promise<number> {
  const { names, json, options } = readArguments(args)
  const unknown = names.find((name) => !Object.hasOwn(benches, name))
  if (!names.length || unknown !== undefined) {
    const known = Object.keys(benches).join(', ')
    console.error(`${unknown ? `There is no benchmark ${unknown}` : 'Name a benchmark'}: ${known}`)
    return 2
  }
  const machine = describeMachine()
  for (const name of names) {
    const bench = await benches[name]!()
    const result = await bench((line) => console.error(line), options)
    print(name, machine, result)
    if (json) console.log(JSON.stringify({ name, machine, ...result }))
  }
  return 0
}

function readArguments(args: readonly string[]) {
  const names: string[] = []
  const options: Record<string, string> = {}
  let json = false
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index]!
    if (arg === '--json') json = true
    else if (arg.startsWith('--')) options[arg.slice(2)] = args[(index += 1)] ?? ''
    else names.push(arg)
  }
  return { names, json, options }
}

function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
}

function print(name: string, machine: ReturnType<typeof describeMachine>, result: BenchResult) {
  const { cpu, cores, memoryGiB, node } = machine
  console.log(`\n${name} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}\n`)
  console.log(table(result.variants))
  for (const [what, ratio] of Object.entries(result.ratios)) {
    console.log(`${what}: ${format(ratio)}`)
  }
}

/** Columns are the figures of all variants; numbers stand to the right. */
function table(variants: readonly Variant[]): string {
  const columns = [...new Set(variants.flatMap((variant) => Object.keys(variant)))]
  const rows = [columns, ...variants.map((variant) => columns.map((name) => format(variant[name])))]
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))),
  )
  return lines.map((cells) => `  ${cells.join('  ')}\n`).join('')
}

function format(value: number | string | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

process.exitCode = await main(process.argv.slice(2))
