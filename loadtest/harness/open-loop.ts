/** Open-loop load: actions come at times that were drawn before, whether or not earlier ones are answered. */

import { seededRandom } from '../../sdk/testing/seeded-random.ts'

export interface Stream<Kind extends string> {
  readonly kind: Kind
  /** Mean arrivals a second; the gaps are exponential, as those of people who do not know each other. */
  readonly perSecond: number
}

export interface Arrival<Kind extends string> {
  readonly kind: Kind
  /** ms since the start of the load. */
  readonly at: number
}

/** All arrivals within `seconds`, in order. The same seed gives the same ones. */
export function* arrivals<Kind extends string>(
  streams: readonly Stream<Kind>[],
  seconds: number,
  seed: number,
): Generator<Arrival<Kind>> {
  const heads = streams
    .filter(({ perSecond }) => perSecond > 0)
    .map(({ kind, perSecond }, index) => {
      const random = seededRandom(seed * 1_009 + index)
      const gap = (): number => (-Math.log(1 - random()) * 1_000) / perSecond
      return { kind, gap, at: gap() }
    })
  for (;;) {
    let next = heads[0]
    for (const head of heads) if (next && head.at < next.at) next = head
    if (!next || next.at >= seconds * 1_000) return
    yield { kind: next.kind, at: next.at }
    next.at += next.gap()
  }
}

export interface LoopClock {
  /** Monotonic ms. */
  now(): number
  /** Resolves at or after `at`; where that is past, once everything else had its turn. */
  until(at: number): Promise<void>
}

export const realClock: LoopClock = {
  now: () => performance.now(),
  until: (at) =>
    new Promise((resolve) => {
      const wait = at - performance.now()
      if (wait > 0) setTimeout(resolve, wait)
      else setImmediate(resolve)
    }),
}

/** Longest time that arrivals which are late may take before answers are read, ms. */
const turnMs = 4

/**
 * Performs each arrival at its time or, where this process is late, as soon as it can. `intended` is the
 * time it was meant to have, on the clock: what is measured from there omits no waiting.
 */
export async function perform<Kind extends string>(
  plan: Iterable<Arrival<Kind>>,
  act: (kind: Kind, intended: number) => void,
  { clock = realClock, stopped = () => false }: { clock?: LoopClock; stopped?: () => boolean } = {},
): Promise<void> {
  const start = clock.now()
  let turn = start
  for (const { kind, at } of plan) {
    const intended = start + at
    const now = clock.now()
    if (now < intended || now > turn + turnMs) {
      await clock.until(intended)
      turn = clock.now()
    }
    if (stopped()) return
    act(kind, intended)
  }
}
