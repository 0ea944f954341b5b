/** One simulation: a plan, perhaps a planted bug, and what came of it. */

import { plant, type Bug } from './bugs.ts'
import { Checker } from './checker.ts'
import { scheduleFaults, type Cluster } from './faults.ts'
import type { ClientPlan, Plan } from './plan.ts'
import { Random } from './random.ts'
import type { SimView } from './sim-kind.ts'
import { Viewer } from './viewer.ts'
import { VirtualHub } from './virtual-bus.ts'
import { VirtualClient } from './virtual-client.ts'
import { VirtualNode } from './virtual-node.ts'
import { VirtualStore } from './virtual-store.ts'
import { Weather } from './weather.ts'
import { World, type Violation } from './world.ts'

export interface Outcome {
  readonly violation: Violation | undefined
  readonly hash: number
  readonly events: number
  readonly stats: Checker['stats'] & Checker['health']['stats']
  readonly trace: readonly string[]
}

/** After everything is well again, all commands have an outcome within so long, ms. */
const settleMs = 15_000
/** An instance that closed while nobody heard it is counted for 30 s, and the next report finds that out. */
const countMs = 40_000

export async function simulate(
  plan: Plan,
  options: { bug?: Bug | undefined; traced?: boolean } = {},
): Promise<Outcome> {
  const { bug } = options
  const remove = plant(bug)
  const { stackTraceLimit } = Error
  const { random } = Math
  if (!options.traced) Error.stackTraceLimit = 0 // refusals are many and nobody reads where from
  const chance = new Random(plan.seed, 'chance')
  Math.random = () => chance.next() // of whatever asks for no environment
  try {
    const world = new World(options.traced)
    const checker = new Checker(world, plan)
    const store = new VirtualStore(world, checker, plan.limits.keepMs, bug)
    const weather = new Weather(plan)
    const hub = plan.bus && new VirtualHub({ world, plan, weather })
    const common = { world, plan, store, weather, checker, hub, bug }
    const nodes = plan.nodes.map((node) => new VirtualNode(common, node))
    const people = [...plan.clients, probe]
    const clients = people.map((client) => new VirtualClient({ ...common, nodes }, client))
    const cluster: Cluster = { ...common, nodes }
    scheduleFaults(cluster)
    await settle(cluster, clients)
    await tryAll(cluster, clients)
    await recover(cluster)
    const { violation, hash, events, lines } = world
    return {
      violation,
      hash: hash >>> 0,
      events,
      stats: { ...checker.stats, ...checker.health.stats },
      trace: lines ?? [],
    }
  } finally {
    remove()
    Error.stackTraceLimit = stackTraceLimit
    Math.random = random
  }
}

/** F and T: after all is well what is pending gets an outcome, followers catch up, due timers ring. */
async function settle(cluster: Cluster, clients: readonly VirtualClient[]): Promise<void> {
  const { world, plan, checker, nodes } = cluster
  const wellSince = Math.max(plan.healAt, world.now)
  const deadline = wellSince + settleMs
  let lookAt = wellSince + (wellSince === plan.healAt ? 500 : 0)
  await world.run(() => {
    for (const node of nodes) checker.timersOf(node.process)
    if (world.now < lookAt) return false
    lookAt = world.now + 100
    return (
      world.now > deadline ||
      openEnds(checker, clients).length +
        checker.lateTimers().length +
        miscounted(clients).length ===
        0
    )
  })
  const open = openEnds(checker, clients)
  if (open.length)
    checker.fail('F', `${settleMs} ms after all was well: ${open.slice(0, 5).join('; ')}`)
  // Second: in a room that hangs the timers hang, too.
  const late = checker.lateTimers()
  if (late.length) checker.fail('T', `${settleMs} ms after all was well: ${late.join('; ')}`)
  await world.run(() => world.now > wellSince + countMs || miscounted(clients).length === 0)
  const wrong = miscounted(clients)
  if (wrong.length) checker.fail('V', `${countMs} ms after all was well: ${wrong.join('; ')}`)
}

/** V: viewers who are told another number of viewers than there are. */
function miscounted(clients: readonly VirtualClient[]): string[] {
  const viewers = clients.flatMap(({ following }) =>
    following.filter((one) => one instanceof Viewer && one.welcomed),
  ) as Viewer[]
  return viewers.flatMap(({ room, count, who }) => {
    const there = viewers.filter((other) => other.room === room).length
    return count === there ? [] : [`${who} sees ${count} viewers of ${room}, there are ${there}`]
  })
}

function openEnds(checker: Checker, clients: readonly VirtualClient[]): string[] {
  return clients.flatMap(({ plan, pending, following }) => [
    ...[...pending].map(
      ({ id, action }) => `${plan.name} waits for ${action.command} ${id} in ${action.room}`,
    ),
    ...following
      .filter(({ over, room, seq }) => !over && seq !== checker.log(room).entries.length)
      .map(
        ({ room, seq }) =>
          `${plan.name} has ${room} up to ${seq} of ${checker.log(room).entries.length}`,
      ),
  ])
}

/** B: a node that never saw them finds all rooms as they were. */
async function recover({ world, plan, checker, store, nodes }: Cluster): Promise<void> {
  if (world.violation) return
  for (const node of nodes) node.kill()
  checker.leasesFlushed()
  store.flushLeases()
  const heir = nodes[0]!
  heir.start()
  let left = plan.rooms.length
  const viewer = { id: 'heir', name: 'heir', roles: ['user'] }
  const open = async (room: string): Promise<void> => {
    const actor = await heir.directory.actor(room)
    const { position, view } = await actor.view(viewer)
    checker.viewed(room, 'the heir', position.seq, view.square as SimView)
    const { length } = checker.log(room).entries
    if (position.seq !== length) checker.fail('B', `${room} recovers ${position.seq} of ${length}`)
    left -= 1
  }
  const tryOpen = (room: string): void => {
    open(room).catch(() => void world.after(500, 'heir', () => tryOpen(room)))
  }
  for (const room of plan.rooms) tryOpen(room)
  const until = world.now + 10_000
  await world.run(() => left === 0 || world.now > until)
  if (left > 0) checker.fail('F', `${left} rooms do not recover`)
}

/** Comes last, so that nothing is mended by it that should mend itself. */
const probe: ClientPlan = { name: 'probe', aheadMs: 0, actions: [], follows: [] }

/** F: every room is at work again. */
async function tryAll(cluster: Cluster, clients: readonly VirtualClient[]): Promise<void> {
  const { world, plan } = cluster
  if (world.violation) return
  const one = clients.at(-1)!
  for (const room of plan.rooms)
    one.do({ at: world.now, room, command: 'tally.add', input: { by: 1 }, again: 0 })
  await settle(cluster, clients)
  checkProbe(cluster, one)
}

/** F: only a memory of a few ids may have new ids refused as expired, and no wrong clock of a node. */
function checkProbe({ plan, checker }: Cluster, { refused }: VirtualClient): void {
  const expired = [...refused].filter(([, code]) => code === 'command.expired')
  if (expired.length && plan.limits.remember >= 100)
    checker.fail('F', 'a new command is refused as expired')
}
