/** `npm run chaos -- NAME…|all`: harms a real cluster and judges what came of it; docs/guides/chaos.md. */

import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { missingServers } from '../test/chaos/stage/missing.ts'
import { htmlReport } from '../test/chaos/report/html.ts'
import { catalogue } from '../test/chaos/scenarios/catalogue.ts'
import type { Scenario } from '../test/chaos/scenarios/scenario.ts'
import { disposeClusters } from '../test/chaos/stage/chaos-cluster.ts'
import { play, type Outcome } from '../test/chaos/stage/play.ts'

const help = `npm run chaos -- NAME…|all [--seed N] [--rounds N] [--minutes N] [--report FILE] [--quiet]
  --seed N       what is drawn by lot: victims and moments; default 1
  --rounds N     how often a scenario repeats its harm, where it does (kills, soak); default 20
  --minutes N    no further round after so many minutes; without --rounds as many as fit in
  --report FILE  where the page goes; default data/chaos/report.html
  --quiet        no line for each moment

${catalogue.map(({ name, title }) => `  ${name.padEnd(22)} ${title}`).join('\n')}`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    report: { type: 'string', default: 'data/chaos/report.html' },
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void disposeClusters().finally(() => process.exit(130)))
if (values.help || positionals.length === 0) console.log(help)
else process.exit(await main())

async function main(): Promise<number> {
  const outcomes: Outcome[] = []
  const leftOut: { name: string; why: string }[] = []
  const file = resolve(values.report)
  for (const scenario of chosen()) {
    const why = missingServers() || (scenario.missing?.() ?? false)
    if (why) {
      leftOut.push({ name: scenario.name, why })
      console.log(`left out   ${scenario.name}: ${why}`)
      continue
    }
    outcomes.push(await playOne(scenario))
    await write(file, outcomes, leftOut)
  }
  const bad = outcomes.filter(({ ok }) => !ok)
  console.log(`\n${outcomes.length - bad.length} kept every promise, ${bad.length} did not`)
  if (outcomes.length > 0) console.log(`report: ${file}`)
  return bad.length || outcomes.length === 0 ? 1 : 0
}

async function playOne(scenario: Scenario): Promise<Outcome> {
  console.log(`\n${scenario.name}: ${scenario.title}`)
  const tell = values.quiet ? () => undefined : (line: string): void => console.log(line)
  const seed = integer('--seed', values.seed)
  const minutes = values.minutes === undefined ? Infinity : integer('--minutes', values.minutes)
  const asMany = minutes === Infinity ? 20 : Infinity
  const rounds = values.rounds === undefined ? asMany : integer('--rounds', values.rounds)
  const outcome = await play(scenario, { seed, rounds, minutes, tell })
  const counts = Object.entries(outcome.counts).map(([what, count]) => `${what} ${count}`)
  console.log(
    `${outcome.ok ? 'kept  ' : 'BROKEN'} ${scenario.name} in ${outcome.seconds.toFixed(0)} s: ${counts.join(', ')}`,
  )
  if (outcome.error !== undefined) console.log(outcome.error)
  for (const { id, title, breaches, examples } of outcome.findings) {
    if (!breaches) continue
    console.log(`  ${id} ${title}: ${breaches} breaches`)
    for (const example of examples) console.log(`    ${example}`)
  }
  return outcome
}

async function write(
  file: string,
  outcomes: readonly Outcome[],
  leftOut: readonly { name: string; why: string }[],
): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
  const command = `npm run chaos -- ${process.argv.slice(2).join(' ')}`
  await writeFile(file, htmlReport({ at: new Date(), command, machine, outcomes, leftOut }))
}

function chosen(): readonly Scenario[] {
  if (positionals.includes('all')) return catalogue
  return positionals.map((name) => {
    const found = catalogue.find((scenario) => scenario.name === name)
    if (!found) throw new TypeError(`There is no scenario ${name}; --help lists them.`)
    return found
  })
}

function integer(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`${name} wants a whole number, not ${text}`)
  return Number(text)
}
