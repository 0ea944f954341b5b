/** What a platform carries: commands taken a second while each answer is followed by the next command. */

import type { Rates } from '../scenarios/scenario.ts'
import type { Deed, Record } from './record.ts'

/** How a scenario measures what its platform carries, before its own load. */
export interface Probe {
  readonly seconds: number
  /** Commands that wait for their answers at any time: enough to keep the platform busy, no flood. */
  readonly inFlight: number
}

export interface ProbeOptions extends Probe {
  /** The mix of what is sent, by its shares. */
  readonly rates: Rates
  readonly act: (deed: Deed, intended: number) => void
  readonly record: Record
  readonly random: () => number
}

/** Of the time: until then caches fill and queues settle. */
const warmUp = 1 / 3
/** Who was refused comes back after so long, ms. */
const comeBackMs = 500

/** Commands a second. Nobody waits for an answer any more when it resolves. */
export async function measureCapacity(options: ProbeOptions): Promise<number> {
  const { seconds, inFlight, rates, act, record, random } = options
  let taken = 0
  let open = 0
  let measuring = false
  let over = false
  let done = (): void => undefined
  const next = (): void => {
    if (over) return
    open += 1
    act(draw(rates, random()), performance.now())
  }
  record.onAnswer = ({ outcome }) => {
    open -= 1
    if (outcome === 'ok') {
      if (measuring) taken += 1
      next()
    } else setTimeout(next, comeBackMs).unref()
    if (over && open === 0) done()
  }
  for (let index = 0; index < inFlight; index += 1) next()
  await wait(seconds * warmUp)
  measuring = true
  const since = performance.now()
  await wait(seconds * (1 - warmUp))
  measuring = false
  const capacity = (taken * 1_000) / (performance.now() - since)
  over = true
  if (open) await new Promise<void>((resolve) => (done = resolve))
  record.onAnswer = undefined
  return capacity
}

/** The same mix with so many commands a second in all. */
export function scaled(rates: Rates, perSecond: number): Rates {
  const factor = perSecond / (rates.danmaku + rates.gifts + rates.likes)
  const { danmaku, gifts, likes } = rates
  return { danmaku: danmaku * factor, gifts: gifts * factor, likes: likes * factor }
}

function draw({ danmaku, gifts, likes }: Rates, chance: number): Deed {
  const at = chance * (danmaku + gifts + likes)
  if (at < danmaku) return 'danmaku'
  return at < danmaku + gifts ? 'gift' : 'like'
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
}
