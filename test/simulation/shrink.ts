/** Makes a failing plan smaller: whatever can be left out while the same invariant still breaks, is. */

import type { Bug } from './bugs.ts'
import type { Plan } from './plan.ts'
import { simulate, type Outcome } from './simulate.ts'

export interface Shrunken {
  readonly plan: Plan
  readonly outcome: Outcome
  readonly runs: number
}

/** `failed` is what `plan` led to; at most `most` further simulations are run. */
export async function shrink(
  plan: Plan,
  failed: Outcome,
  options: { bug?: Bug | undefined; most?: number } = {},
): Promise<Shrunken> {
  const { bug, most = 400 } = options
  const invariant = failed.violation?.invariant
  let best = plan
  let runs = 0
  const stillFails = async (candidate: Plan): Promise<boolean> => {
    if (runs >= most) return false
    runs += 1
    const { violation } = await simulate(candidate, { bug })
    if (violation?.invariant !== invariant) return false
    best = candidate
    return true
  }
  for (let size = -1; size !== sizeOf(best);) {
    size = sizeOf(best)
    await without(best.faults, async (faults) => stillFails({ ...best, faults }))
    await without(best.clients, async (clients) => stillFails({ ...best, clients }))
    for (const [index] of best.clients.entries()) {
      const replace = (change: object): Plan => ({
        ...best,
        clients: best.clients.map((one, at) => (at === index ? { ...one, ...change } : one)),
      })
      const { actions, follows } = best.clients[index]!
      await without(actions, async (left) => stillFails(replace({ actions: left })))
      await without(follows, async (left) => stillFails(replace({ follows: left })))
    }
    const calm = { loss: 0, twice: 0, slow: 0 }
    if (JSON.stringify(best.network) !== JSON.stringify(calm))
      await stillFails({ ...best, network: calm })
    if (best.bus && roughness(best.bus) > 0)
      await stillFails({ ...best, bus: { ...best.bus, ...calm } })
  }
  return { plan: best, outcome: await simulate(best, { bug, traced: true }), runs }
}

/** Leaves out halves, quarters … and at last single items, as long as `keep` says yes. */
async function without<T>(
  items: readonly T[],
  keep: (left: readonly T[]) => Promise<boolean>,
): Promise<void> {
  let left = items
  for (let chunk = Math.ceil(left.length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
    for (let at = 0; at < left.length;) {
      const candidate = [...left.slice(0, at), ...left.slice(at + chunk)]
      if (await keep(candidate)) left = candidate
      else at += chunk
    }
  }
}

function sizeOf({ faults, clients, network, bus }: Plan): number {
  const acts = clients.reduce((sum, one) => sum + 1 + one.actions.length + one.follows.length, 0)
  const rough = [network, ...(bus ? [bus] : [])].filter((one) => roughness(one) > 0).length
  return faults.length + acts + rough
}

function roughness({ loss, twice, slow }: Plan['network']): number {
  return loss + twice + slow
}
