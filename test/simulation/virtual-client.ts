/** A person's program: repeats what was not answered under the same id, and follows rooms by number. */

import type { Asker } from '../../engine/kernel/context.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import type { Checker } from './checker.ts'
import { idAt } from './command-id.ts'
import type { ActionPlan, ClientPlan, Plan } from './plan.ts'
import { Random } from './random.ts'
import { Following } from './following.ts'
import { Viewer } from './viewer.ts'
import type { Reply } from './sessions.ts'
import type { VirtualNode } from './virtual-node.ts'
import { epochMs } from './virtual-process.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

const patienceMs = 1_000
/** Where the node itself looks for the room. */
const clusterPatienceMs = 5_000
const final = new Set([
  'tally.full',
  'gift.sold_out',
  'insufficient_balance',
  'spend_limit',
  'command.expired',
])

export interface ClientOptions {
  readonly world: World
  readonly plan: Plan
  readonly weather: Weather
  readonly checker: Checker
  readonly nodes: readonly VirtualNode[]
}

interface Pending {
  readonly action: ActionPlan
  readonly id: string
  readonly sentAt: number
  attempts: number
}

export class VirtualClient {
  readonly plan: ClientPlan
  readonly who: Asker
  /** Commands without an outcome. */
  readonly pending = new Set<Pending>()
  readonly following: (Following | Viewer)[]
  /** Why, by id. */
  readonly refused = new Map<string, string>()
  readonly #options: ClientOptions
  readonly #random: Random
  /** Which node had a room the last time. */
  readonly #hints = new Map<RoomKey, VirtualNode>()
  #ids = 0

  constructor(options: ClientOptions, plan: ClientPlan) {
    this.plan = plan
    this.who = { id: plan.name, name: plan.name, roles: ['user'] }
    this.#options = options
    this.#random = new Random(options.plan.seed, plan.name)
    for (const action of plan.actions)
      options.world.after(action.at, plan.name, () => this.do(action))
    const Follower = options.plan.bus ? Viewer : Following
    this.following = plan.follows.map((follow) => new Follower(options, this, follow))
  }

  do(action: ActionPlan): void {
    const { world } = this.#options
    const id = idAt(this.now(), this.plan.name, (this.#ids += 1))
    const pending: Pending = { action, id, sentAt: world.now, attempts: 0 }
    this.pending.add(pending)
    this.#send(pending)
  }

  /** This machine's clock. */
  now(): number {
    const ahead = this.#options.weather.healed ? 0 : this.plan.aheadMs
    return epochMs + Math.floor(this.#options.world.now + ahead)
  }

  /** Sends to a node that may have the room, over a network that may lose it. */
  up(room: RoomKey, node: VirtualNode, arrive: () => void): void {
    const { world, weather } = this.#options
    for (const ms of weather.copies()) {
      world.after(ms, `${this.plan.name} to ${node.name}`, () => {
        if (!weather.isCut('clients', node.name)) node.process.enter(arrive)
      })
    }
  }

  /** The way back. */
  down(node: VirtualNode, arrive: () => void): void {
    const { world, weather } = this.#options
    for (const ms of weather.copies()) {
      world.after(ms, `${node.name} to ${this.plan.name}`, () => {
        if (!weather.isCut('clients', node.name)) arrive()
      })
    }
  }

  nodeFor(room: RoomKey): VirtualNode {
    return this.#hints.get(room) ?? this.anyNode()
  }

  anyNode(): VirtualNode {
    return this.#random.pick(this.#options.nodes)
  }

  /** What an answer told of the room's place; without a name the next try goes anywhere. */
  hint(room: RoomKey, node: VirtualNode | string | undefined): void {
    const found =
      typeof node === 'string' ? this.#options.nodes.find(({ name }) => name === node) : node
    if (found) this.#hints.set(room, found)
    else this.#hints.delete(room)
  }

  #send(pending: Pending): void {
    const { world } = this.#options
    const { action, id } = pending
    const { room, command, input } = action
    pending.attempts += 1
    const node = this.nodeFor(room)
    const attempt = pending.attempts
    this.up(room, node, () => {
      void node.sessions.ask(room, command, input, this.who, id).then((reply) => {
        this.down(node, () => this.#answered(pending, attempt, node, reply))
      })
    })
    const patience = this.#options.plan.bus ? clusterPatienceMs : patienceMs
    world.after(patience, this.plan.name, () => {
      if (!this.pending.has(pending) || pending.attempts !== attempt) return
      this.hint(room, undefined)
      this.#send(pending)
    })
  }

  #answered(pending: Pending, attempt: number, node: VirtualNode, reply: Reply): void {
    const { world, checker } = this.#options
    const { action, id } = pending
    const { room, command, again } = action
    world.note(
      `${this.plan.name} hears`,
      reply.ok ? 1 : 0,
      () => `${command} ${id} ${JSON.stringify(reply)}`,
    )
    if (reply.ok) {
      checker.acknowledged(room, this.who.id, command, id, reply.answer)
      this.hint(room, node)
      if (this.pending.delete(pending) && again > 0)
        world.after(again, this.plan.name, () => this.#repeat(pending))
      return
    }
    if (!this.pending.has(pending)) return
    if (final.has(reply.code)) {
      this.refused.set(id, reply.code)
      this.pending.delete(pending)
      return
    }
    if (pending.attempts !== attempt) return
    this.hint(room, reply.node)
    world.after(this.#random.between(30, 300), this.plan.name, () => {
      if (this.pending.has(pending) && pending.attempts === attempt) this.#send(pending)
    })
  }

  /** A command that was answered long ago is sent once more: the same answer, no second effect. */
  #repeat({ action, id }: Pending): void {
    const { room, command, input } = action
    const node = this.nodeFor(room)
    this.up(room, node, () => {
      void node.sessions.ask(room, command, input, this.who, id).then((reply) => {
        this.down(node, () => {
          if (reply.ok)
            this.#options.checker.acknowledged(room, this.who.id, command, id, reply.answer)
        })
      })
    })
  }
}
