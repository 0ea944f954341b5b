/** How this process is: load, memory and the delay of its event loop. */

import { loadavg, availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface Health {
  readonly load: number
  readonly lag: { readonly p50: number; readonly p99: number }
  readonly rssBytes: number
  readonly uptimeSeconds: number
}

const resolutionMs = 10
/** The delay is told over at least so long, ms. */
const windowMs = 5_000

export class NodeHealth {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs })
  #lag = { p50: 0, p99: 0 }
  #since = 0

  constructor() {
    this.#delay.enable()
  }

  read(): Health {
    return {
      load: Math.round((loadavg()[0]! / availableParallelism()) * 100) / 100,
      lag: this.#readLag(),
      rssBytes: process.memoryUsage.rss(),
      uptimeSeconds: Math.round(process.uptime()),
    }
  }

  #readLag(): Health['lag'] {
    const now = performance.now()
    this.#lag = { p50: this.#ms(50), p99: this.#ms(99) }
    if (now - this.#since > windowMs) {
      this.#delay.reset()
      this.#since = now
    }
    return this.#lag
  }

  /** The histogram counts the whole wait between two ticks, of which `resolutionMs` were asked for. */
  #ms(percentile: number): number {
    if (!this.#delay.count) return percentile === 50 ? this.#lag.p50 : this.#lag.p99
    const ms = this.#delay.percentile(percentile) / 1e6 - resolutionMs
    return Math.max(0, Math.round(ms * 10) / 10)
  }
}
