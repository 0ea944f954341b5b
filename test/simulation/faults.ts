/** Lets a plan's faults happen, and everything heal. */

import { everything } from './health.ts'
import type { FaultPlan, Plan } from './plan.ts'
import type { Checker } from './checker.ts'
import type { VirtualHub } from './virtual-bus.ts'
import type { VirtualNode } from './virtual-node.ts'
import type { VirtualStore } from './virtual-store.ts'
import type { Weather } from './weather.ts'
import type { World } from './world.ts'

export interface Cluster {
  readonly world: World
  readonly plan: Plan
  readonly store: VirtualStore
  readonly weather: Weather
  readonly checker: Checker
  readonly nodes: readonly VirtualNode[]
  readonly hub: VirtualHub | undefined
}

export function scheduleFaults(cluster: Cluster): void {
  const { world, plan, weather } = cluster
  for (const fault of plan.faults) {
    world.after(fault.at, fault.kind, () => {
      if (!weather.healed) strike(cluster, fault)
    })
  }
  world.after(plan.healAt, 'heal', () => heal(cluster))
}

function strike(cluster: Cluster, fault: FaultPlan): void {
  const { world, store, weather, checker, nodes, hub } = cluster
  const { kind, ms } = fault
  const leader = nodes.find(({ directory }) => directory.keys().includes(fault.room))
  const node = (fault.leader && leader) || nodes[fault.node]!
  const later = (undo: () => void): void =>
    void world.after(ms, kind, () => {
      if (!weather.healed) undo()
    })
  const cut = (way: keyof Weather['cut'], name = node.name, back?: () => void): void => {
    const ways = weather.cut[way]
    ways.set(name, (ways.get(name) ?? 0) + 1)
    later(() => {
      ways.set(name, ways.get(name)! - 1)
      back?.()
    })
  }
  const { health } = checker
  world.note(`fault ${kind}`, fault.node, () => `${node.name} ${fault.room} ${ms} ms`)
  switch (kind) {
    case 'crash':
      if (!node.process.alive) return
      health.strike(node.name, ms)
      node.kill()
      return later(() => node.start())
    case 'pause': {
      const { process } = node
      health.strike(node.name, ms)
      process.pause()
      return later(() => process.resume(fault.networkFirst))
    }
    case 'cut requests':
      health.strike(node.name, ms)
      return cut('requests')
    case 'cut replies':
      health.strike(node.name, ms)
      return cut('replies')
    case 'cut clients':
      node.links?.cut()
      return cut('clients')
    case 'cut bus':
      // What was lost in silence nobody is told of.
      return cut('bus', node.name, () => fault.networkFirst && hub?.gap(node.name))
    case 'bus restarts':
      for (const { name } of nodes) cut('bus', name, () => hub?.gap(name))
      return
    case 'hand over': {
      const to = nodes[fault.node]!
      health.strike(fault.room, 0)
      if (!leader || leader === to) return
      return leader.process.enter(() => void leader.handOver(fault.room, to).catch(() => undefined))
    }
    case 'leases flushed':
      health.strike(everything, 0)
      checker.leasesFlushed()
      return store.flushLeases()
    case 'store down':
      health.strike(everything, ms)
      weather.storeDown += 1
      return later(() => (weather.storeDown -= 1))
    case 'store slow':
      health.strike(everything, ms)
      weather.storeSlow += 1
      return later(() => (weather.storeSlow -= 1))
    case 'answers lost':
      health.strike(everything, ms)
      weather.answersLost += 1
      return later(() => (weather.answersLost -= 1))
    case 'clock jumps':
      return node.setSkew(node.skewMs + ms)
    case 'room moves':
      health.strike(fault.room, 0)
      for (const one of nodes)
        one.process.enter(() => void one.move(fault.room).catch(() => undefined))
      return
    case 'drain': {
      const { process } = node
      health.strike(node.name, 2_500) // closing its rooms may take that long
      process.enter(() => {
        void node.drain().then(() => {
          if (!process.alive || node.process !== process) return
          node.kill()
          node.start()
        })
      })
    }
  }
}

function heal({ world, weather, nodes }: Cluster): void {
  world.note('heal')
  weather.healed = true
  weather.storeDown = weather.storeSlow = weather.answersLost = 0
  for (const ways of Object.values(weather.cut)) ways.clear()
  for (const node of nodes) {
    node.setSkew(0)
    if (!node.process.alive) node.start()
    else node.process.resume()
  }
}
