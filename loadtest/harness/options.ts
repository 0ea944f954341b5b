/** The command line of the load harness; what is wrong with it is told with the way to put it right. */

import { parseArgs } from 'node:util'
import { scenarios } from '../scenarios/index.ts'
import type { Plan, Scenario } from '../scenarios/scenario.ts'
import { bugs, type Bug } from '../bugs/bugs.ts'
import { parseThreshold, type Threshold } from './threshold.ts'

export interface RunOptions {
  readonly scenario: Scenario
  readonly plan: Plan
  readonly thresholds: readonly Threshold[]
  readonly seed: number
  /** A running platform; undefined: one is started for the run. */
  readonly url: string | undefined
  readonly postgres: string | undefined
  readonly nodes: number
  /** Worker processes that hold the viewers. */
  readonly workers: number
  /** Folder for the report; undefined: none is written. */
  readonly report: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  /** What /metrics of the platform asks for. */
  readonly metricsToken: string | undefined
  /** What was typed, to be typed again. */
  readonly command: string
  /** Planted between the platform and the harness, once in so many gifts. */
  readonly bug: { readonly name: Bug; readonly every: number | undefined } | undefined
}

export type Command =
  | { readonly what: 'run'; readonly options: RunOptions }
  | { readonly what: 'compare'; readonly files: readonly [string, string]; readonly report: string }
  | { readonly what: 'help' }

/** The message is for the person who typed the command. */
export class UsageError extends Error {}

const defaultPostgres = 'postgres://postgres@127.0.0.1:5432/postgres'
/** A worker holds so many sockets on a core without being late. */
const socketsPerWorker = 12_000

/** Throws UsageError. */
export function readCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  const [name, ...rest] = positionals
  if (values.help || (name === undefined && !args.length)) return { what: 'help' }
  if (name === 'compare') {
    const [a, b, more] = rest
    if (a === undefined || b === undefined || more !== undefined) {
      throw new UsageError('compare wants two reports: compare before.json after.json')
    }
    return { what: 'compare', files: [a, b], report: values.report ?? '.' }
  }
  if (name === undefined)
    throw new UsageError(`Name a scenario: ${[...scenarios.keys()].join(', ')}`)
  const scenario = scenarios.get(name)
  if (!scenario) {
    const names = [...scenarios.keys()].join(', ')
    throw new UsageError(`There is no scenario '${name}'. There are: ${names}`)
  }
  if (rest.length) throw new UsageError(`One scenario at a time: '${rest[0]}' is too much`)
  const command = `npm run loadtest -- ${args.map(quoted).join(' ')}`
  return { what: 'run', options: { ...runOptions(scenario, values), command } }
}

/** As a shell takes it for one word. Secrets are not repeated. */
function quoted(word: string, index: number, all: readonly string[]): string {
  if (all[index - 1] === '--metrics-token') return 'TOKEN'
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

type Values = ReturnType<typeof parse>['values']

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const many = { type: 'string', multiple: true } as const
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        viewers: text,
        rooms: text,
        rate: many,
        ramp: text,
        duration: text,
        senders: text,
        witnesses: text,
        threshold: many,
        seed: text,
        url: text,
        postgres: { type: 'boolean', default: false },
        'postgres-url': text,
        cluster: text,
        workers: text,
        report: text,
        'metrics-token': text,
        bug: text,
        json: flag,
        quiet: flag,
        help: flag,
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. --help lists the options.`)
  }
}

function runOptions(scenario: Scenario, values: Values): Omit<RunOptions, 'command'> {
  const { defaults } = scenario
  const viewers = whole('--viewers', values.viewers, defaults.viewers, 0, 1_000_000)
  const { rates, joins } = ratesOf(scenario, values.rate ?? [])
  const plan: Plan = {
    viewers,
    rooms: whole('--rooms', values.rooms, defaults.rooms, 1, 1_000),
    rates,
    ramp: joins === undefined ? seconds('--ramp', values.ramp, defaults.ramp) : viewers / joins,
    duration: seconds('--duration', values.duration, defaults.duration),
    senders: whole('--senders', values.senders, defaults.senders, 1, 10_000),
    witnesses: whole('--witnesses', values.witnesses, defaults.witnesses, 1, 100),
    thresholds: values.threshold ?? defaults.thresholds,
  }
  if (plan.duration < 1) throw new UsageError('--duration is at least 1 s')
  const nodes = whole('--cluster', values.cluster, 1, 1, 32)
  const url = values.url === undefined ? undefined : endpoint(values.url)
  if (url !== undefined && (values.cluster ?? values['postgres-url']) !== undefined) {
    throw new UsageError('--url names a running platform: leave out --cluster and --postgres-url')
  }
  const wantsPostgres = values.postgres || nodes > 1 || values['postgres-url'] !== undefined
  return {
    scenario,
    plan,
    thresholds: plan.thresholds.map(threshold),
    seed: whole('--seed', values.seed, 1, 0, 2 ** 31),
    url,
    postgres: wantsPostgres ? (values['postgres-url'] ?? defaultPostgres) : undefined,
    nodes,
    workers: whole('--workers', values.workers, Math.ceil(viewers / socketsPerWorker) || 1, 1, 64),
    report: values.report,
    json: values.json,
    quiet: values.quiet,
    metricsToken: values['metrics-token'],
    bug: values.bug === undefined ? undefined : { name: bugNamed(values.bug), every: undefined },
  }
}

/** `--rate 50` is of the scenario's main action, `--rate gifts=5` of the one that it names. */
function ratesOf(scenario: Scenario, given: readonly string[]) {
  const rates = { ...scenario.defaults.rates }
  let joins: number | undefined
  for (const text of given) {
    const [, name = scenario.main, value] = /^(?:([a-z]+)=)?(\d+(?:\.\d+)?)$/.exec(text) ?? []
    if (value === undefined || !(name === 'joins' || name in rates)) {
      throw new UsageError(
        `--rate '${text}' is neither a number a second nor one of danmaku=N, gifts=N, likes=N, joins=N`,
      )
    }
    if (name === 'joins') joins = Number(value)
    else rates[name as keyof typeof rates] = Number(value)
  }
  if (joins === 0) throw new UsageError('--rate joins=0 lets nobody in')
  return { rates, joins }
}

function bugNamed(text: string): Bug {
  if (Object.hasOwn(bugs, text)) return text as Bug
  const names = Object.keys(bugs).map((name) => `'${name}'`)
  throw new UsageError(`There is no bug '${text}'. There are: ${names.join(', ')}`)
}

function threshold(text: string): Threshold {
  try {
    return parseThreshold(text)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function whole(
  name: string,
  text: string | undefined,
  otherwise: number,
  least: number,
  most: number,
): number {
  if (text === undefined) return otherwise
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`${name} wants a whole number from ${least} to ${most}, not '${text}'`)
}

function seconds(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const [, value, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? []
  if (value !== undefined) return Number(value) * { s: 1, m: 60, h: 3_600 }[unit as 's' | 'm' | 'h']
  throw new UsageError(`${name} wants a time such as 30, 30s or 5m, not '${text}'`)
}

function endpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:') return url.origin
  if (url?.protocol === 'https:') {
    throw new UsageError(
      `--url ${text}: the harness speaks no TLS, whose cost is not the server's; give the address of the node behind the proxy, such as http://${url.hostname}:2567`,
    )
  }
  throw new UsageError(`--url wants an address such as http://127.0.0.1:2567, not '${text}'`)
}
