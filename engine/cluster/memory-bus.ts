/** The bus of nodes that share a process: tests, simulations and the embedded platform. */

import { newBusStats, type Bus } from './bus.ts'

/** Connects all its buses with each other. Delivery takes a turn, as on a network. */
export class MemoryHub {
  readonly #channels = new Map<string, Set<(message: Uint8Array) => void>>()

  connect(): Bus {
    return new MemoryBus(this)
  }

  deliver(channel: string, message: Uint8Array): void {
    for (const listener of this.#channels.get(channel) ?? []) listener(message)
  }

  add(channel: string, listener: (message: Uint8Array) => void): () => void {
    const listeners = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, listeners.add(listener))
    return () => {
      if (listeners.delete(listener) && !listeners.size) this.#channels.delete(channel)
    }
  }
}

class MemoryBus implements Bus {
  readonly stats = newBusStats()
  readonly #hub: MemoryHub
  readonly #ends = new Set<() => void>()
  #closed = false

  constructor(hub: MemoryHub) {
    this.#hub = hub
  }

  publish(channel: string, message: Uint8Array): void {
    if (this.#closed) return void (this.stats.dropped += 1)
    this.stats.sent += 1
    const copy = Uint8Array.from(message) // the sender may use its bytes again
    setImmediate(() => this.#hub.deliver(channel, copy))
  }

  async subscribe(channel: string, listener: (message: Uint8Array) => void): Promise<() => void> {
    const end = this.#hub.add(channel, (message) => {
      this.stats.received += 1
      listener(message)
    })
    this.#ends.add(end)
    return () => {
      this.#ends.delete(end)
      end()
    }
  }

  onGap(): () => void {
    return () => undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const end of this.#ends) end()
    this.#ends.clear()
  }
}
