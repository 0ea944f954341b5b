/** The bus between the nodes: quick, forgetful, and no friend of order where a plan says so. */

import { newBusStats, type Bus, type BusListener } from '../../engine/cluster/bus.ts'
import type { Plan } from './plan.ts'
import { Random } from './random.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

interface Subscriber {
  readonly bus: VirtualBus
  readonly listener: BusListener
  /** When the latest of each sender arrives: what is not slow overtakes nothing. */
  readonly latest: Map<VirtualBus, number>
}

interface HubOptions {
  readonly world: World
  readonly plan: Plan
  readonly weather: Weather
}

/** Connects the buses of all processes. */
export class VirtualHub {
  readonly #options: HubOptions
  readonly #random: Random
  readonly #channels = new Map<string, Set<Subscriber>>()
  readonly #buses = new Set<VirtualBus>()

  constructor(options: HubOptions) {
    this.#options = options
    this.#random = new Random(options.plan.seed, 'hub')
  }

  connect(node: string, process: VirtualProcess): VirtualBus {
    const bus = new VirtualBus(this, node, process)
    this.#buses.add(bus)
    return bus
  }

  /** Of a process that died: nobody hears it and it hears nobody. */
  disconnect(bus: VirtualBus): void {
    this.#buses.delete(bus)
    for (const subscribers of this.#channels.values())
      for (const one of subscribers) if (one.bus === bus) subscribers.delete(one)
  }

  publish(from: VirtualBus, channel: string, message: Uint8Array): void {
    const { world, weather } = this.#options
    if (weather.isCut('bus', from.node)) return void (from.stats.dropped += 1)
    from.stats.sent += 1
    const copy = message.slice() // the sender may use its bytes again
    for (const to of this.#channels.get(channel) ?? []) {
      for (const at of this.#arrivals(from, to)) {
        world.after(at - world.now, 'bus', () => {
          if (weather.isCut('bus', to.bus.node) || !this.#buses.has(to.bus)) return
          to.bus.stats.received += 1
          to.bus.process.enter(() => to.listener(copy))
        })
      }
    }
  }

  /** Asks and is answered, which takes its time; while the bus is away its return subscribes. */
  subscribe(bus: VirtualBus, channel: string, listener: BusListener): Promise<() => void> {
    const { world, weather } = this.#options
    const subscribers = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, subscribers)
    const one: Subscriber = { bus, listener, latest: new Map() }
    const end = (): void => void subscribers.delete(one)
    const travel = weather.healed ? 1 : this.#random.between(1, 8)
    return new Promise((resolve) => {
      world.after(travel, 'subscribe', () => {
        if (this.#buses.has(bus)) subscribers.add(one)
        world.after(travel, 'subscribed', () => bus.process.enter(() => resolve(end)))
      })
    })
  }

  /** The node's connection is back after it was away. */
  gap(node: string): void {
    for (const bus of this.#buses) if (bus.node === node) bus.process.enter(() => bus.tellGap())
  }

  #arrivals(from: VirtualBus, to: Subscriber): number[] {
    const { world, weather, plan } = this.#options
    const { loss, twice, slow } = plan.bus!
    const random = this.#random
    if (!weather.healed && random.chance(loss)) return []
    const inOrder = Math.max(
      to.latest.get(from) ?? 0,
      world.now + (weather.healed ? 1 : random.between(1, 12)),
    )
    if (!weather.healed && random.chance(slow)) return [world.now + random.between(20, 2_000)]
    to.latest.set(from, inOrder)
    if (weather.healed || !random.chance(twice)) return [inOrder]
    return [inOrder, inOrder + random.between(0, 300)]
  }
}

export class VirtualBus implements Bus {
  readonly stats = newBusStats()
  readonly node: string
  readonly process: VirtualProcess
  readonly #hub: VirtualHub
  readonly #gaps = new Set<() => void>()

  constructor(hub: VirtualHub, node: string, process: VirtualProcess) {
    this.#hub = hub
    this.node = node
    this.process = process
  }

  publish(channel: string, message: Uint8Array): void {
    this.#hub.publish(this, channel, message)
  }

  subscribe(channel: string, listener: BusListener): Promise<() => void> {
    return this.#hub.subscribe(this, channel, listener)
  }

  onGap(listener: () => void): () => void {
    this.#gaps.add(listener)
    return () => this.#gaps.delete(listener)
  }

  tellGap(): void {
    this.stats.gaps += 1
    for (const tell of this.#gaps) tell()
  }

  async close(): Promise<void> {
    this.#hub.disconnect(this)
  }
}
