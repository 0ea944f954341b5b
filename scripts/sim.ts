/** `npm run sim`: deterministic simulations of the cluster, one a seed; docs/guides/simulation.md. */

import { parseArgs } from 'node:util'
import { bugs, type Bug } from '../test/simulation/bugs.ts'
import { planOf, type Plan } from '../test/simulation/plan.ts'
import { shrink } from '../test/simulation/shrink.ts'
import { simulate, type Outcome } from '../test/simulation/simulate.ts'

const help = `npm run sim -- [--seeds N] [--from S] [--seed S] [--trace] [--bus] [--bug NAME]
  --seeds N    how many seeds are run, default 1000
  --from S     the first of them, default 1
  --seed S     this one only
  --trace      print all that happens in it
  --whole      do not look for the smallest plan that fails
  --bus        nodes have a bus, relays and viewers in every history, not in some
  --bug NAME   plant a defect: ${Object.keys(bugs).join(', ')}`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    bus: { type: 'boolean', default: false },
    bug: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else process.exitCode = await main()

async function main(): Promise<number> {
  const bug = values.bug === undefined ? undefined : bugNamed(values.bug)
  const from = integer('--from', values.seed ?? values.from)
  const count = values.seed === undefined ? integer('--seeds', values.seeds) : 1
  const started = performance.now()
  let told = started
  let events = 0
  for (let done = 0; done < count; done += 1) {
    const plan = planOf(from + done, values.bus)
    const outcome = await simulate(plan, { bug, traced: values.trace })
    if (values.trace) console.log(outcome.trace.join('\n'))
    if (outcome.violation) return fail(plan, outcome, bug)
    events += outcome.events
    if (performance.now() - told > 2_000) {
      told = performance.now()
      console.error(`${done + 1} of ${count} seeds, ${rate(done + 1, started)} a second`)
    }
    await new Promise(setImmediate) // signals get through
  }
  const last = from + count - 1
  console.log(
    `${count} seeds (${from} to ${last}), ${events} events, ${rate(count, started)} seeds a second: every invariant held`,
  )
  return 0
}

async function fail(plan: Plan, outcome: Outcome, bug: Bug | undefined): Promise<number> {
  const { invariant, message, at } = outcome.violation!
  console.log(
    `seed ${plan.seed}: invariant ${invariant} is violated at ${at.toFixed(1)} ms: ${message}`,
  )
  if (!values.whole && !values.trace) {
    const small = await shrink(plan, outcome, { bug })
    console.log(`\nthe smallest plan found in ${small.runs} runs:`)
    console.log(JSON.stringify({ ...small.plan, seed: plan.seed }, undefined, 1))
    console.log(`\nits last 60 steps:\n${small.outcome.trace.slice(-60).join('\n')}`)
  }
  const planted = (values.bus ? ' --bus' : '') + (bug === undefined ? '' : ` --bug '${bug}'`)
  console.log(`\nto replay it: npm run sim -- --seed ${plan.seed}${planted} --trace`)
  return 1
}

function rate(count: number, started: number): string {
  return (count / ((performance.now() - started) / 1_000)).toFixed(0)
}

function integer(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`${name} wants a whole number, not ${text}`)
  return Number(text)
}

function bugNamed(name: string): Bug {
  if (Object.hasOwn(bugs, name)) return name as Bug
  throw new TypeError(`There is no bug ${name}. There are: ${Object.keys(bugs).join(', ')}.`)
}
