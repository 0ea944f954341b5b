/** A node of the cluster: the platform's own directory and lease in a process that can die. */

import type { LocalDirectory } from '../../engine/runtime/directory.ts'
import { SharedClock } from '../../engine/runtime/shared-clock.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { Lease } from '../../persistence/lease.ts'
import type { Bug } from './bugs.ts'
import type { Checker } from './checker.ts'
import { TimedDirectory } from './health.ts'
import type { NodePlan, Plan } from './plan.ts'
import { Random } from './random.ts'
import { Sessions } from './sessions.ts'
import { seatedKind, simKind } from './sim-kind.ts'
import { StoreError } from './store-error.ts'
import { StoreLink } from './store-link.ts'
import { idAt } from './command-id.ts'
import { VirtualProcess } from './virtual-process.ts'
import type { VirtualHub } from './virtual-bus.ts'
import { VirtualLinks } from './virtual-links.ts'
import type { VirtualStore } from './virtual-store.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

export interface NodeOptions {
  readonly world: World
  readonly plan: Plan
  readonly store: VirtualStore
  readonly weather: Weather
  readonly checker: Checker
  /** Absent where the nodes have no bus. */
  readonly hub: VirtualHub | undefined
  readonly bug: Bug | undefined
}

const retryMs = 500
const wakeMs = 1_000
const idleMs = 4_000

export class VirtualNode {
  readonly name: string
  process!: VirtualProcess
  directory!: LocalDirectory
  sessions!: Sessions
  /** Its part in the cluster, where there is a bus. */
  links: VirtualLinks | undefined
  readonly #options: NodeOptions
  readonly #plan: NodePlan
  #link!: StoreLink
  #clock!: SharedClock
  #lease: Lease | undefined
  #generation = 0
  #incarnations = 0
  #skewMs: number

  constructor(options: NodeOptions, plan: NodePlan) {
    this.#options = options
    this.#plan = plan
    this.name = plan.name
    this.#skewMs = plan.skewMs
    this.start()
  }

  /** A new process, with an empty memory. */
  start(): void {
    const { world, store, weather, bug, plan, checker, hub } = this.#options
    const generation = (this.#generation += 1)
    const process = new VirtualProcess(world, { ...this.#plan, skewMs: this.#skewMs }, generation)
    this.process = process
    this.#link = new StoreLink({
      world,
      store,
      weather,
      checker,
      node: this.name,
      process,
      bug,
    })
    const random = new Random(plan.seed, process.name)
    let ids = 0
    this.#clock = new SharedClock(process.monotonic, process.wall)
    const now = bug === 'own clock' ? process.wall : this.#clock.now
    const env = {
      now,
      random: () => random.next(),
      newId: () => idAt(now(), process.name, (ids += 1)),
      after: process.after,
      defer: (task: () => void) => void process.after(0, task),
      defect: (error: unknown, where: string) => this.#defect(error, where),
    }
    const { maxWaiting, remember, checkpoint } = plan.limits
    const { health } = checker
    const options = {
      kinds: [hub ? seatedKind : simKind],
      journal: this.#link,
      env,
      idleMs,
      worthwhile: 2, // so that few people are enough for two flushes at once
      maxWaiting: bug === 'queue without bound' ? Infinity : maxWaiting,
      remember,
      checkpoint,
    }
    this.directory = new TimedDirectory(options, world, health, this.name)
    this.links =
      hub &&
      new VirtualLinks({
        world,
        weather,
        plan,
        hub,
        env,
        node: this.name,
        process,
        local: this.directory,
      })
    this.sessions = new Sessions(this.links?.directory ?? this.directory, this.directory, checker)
    this.#lead()
    this.#wakeLater()
  }

  kill(): void {
    this.#options.world.note(`${this.process.name} dies`)
    this.process.kill()
    this.#options.store.disconnect(this.process)
    this.links?.break()
  }

  /** Stops as on SIGTERM: rooms are closed, then the lease is given up. */
  async drain(): Promise<void> {
    const lease = this.#lease
    this.#lease = undefined
    await (this.links ?? this.directory).close()
    await lease?.stop().catch(() => undefined)
  }

  /** Hands one room over: whoever is asked next opens it. */
  async move(room: RoomKey): Promise<void> {
    if (!this.directory.keys().includes(room)) return
    const actor = await this.directory.actor(room)
    await actor.close()
  }

  /** Gives one room to another node, which without a bus it knows by a look. */
  async handOver(room: RoomKey, to: VirtualNode): Promise<void> {
    if (this.links) return this.links.handOver(room, to.name)
    return this.directory.handOver(room, to.directory.owner)
  }

  setSkew(ms: number): void {
    this.#skewMs = ms
    this.process.skewMs = ms
  }

  get skewMs(): number {
    return this.#skewMs
  }

  #lead(): void {
    const { bug, checker } = this.#options
    const { process, directory } = this
    this.#incarnations += 1
    const owner = { node: this.name, incarnation: `${process.name}.${this.#incarnations}` }
    const again = (): void => void process.after(retryMs, () => this.#lead())
    const lease = new Lease(this.#link, owner, {
      clock: process.monotonic,
      after: process.after,
      measured: this.#clock.measured,
      ...(bug === 'lease without margin' && { marginMs: 0 }),
      onLost: () => {
        if (this.#lease !== lease) return
        directory.own(undefined)
        again()
      },
    })
    this.#lease = lease
    checker.leads(owner, { process, lease })
    lease.start().then(() => this.#lease === lease && directory.own(owner), again)
  }

  #wakeLater(): void {
    const { process, directory } = this
    const wake = (): void => {
      process.after(wakeMs, wake)
      directory.wakeDue().catch((error: unknown) => this.#defect(error, 'timers'))
    }
    process.after(wakeMs, wake)
  }

  /** Failures of the store are expected, all else is a defect of the platform. */
  #defect(error: unknown, where: string): void {
    if (error instanceof StoreError || error instanceof RoomError) return
    this.#options.checker.fail('defect', `${where}: ${(error as Error).stack}`)
  }
}
