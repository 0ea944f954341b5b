/** Reads /metrics of the platform: processor, memory, event loop, sockets and what was shed. */

import type { Figures } from './figures.ts'

/** Sums over nodes, or the worst of them. */
const gauges: readonly { from: string; to: string; over: 'sum' | 'max'; factor?: number }[] = [
  { from: 'process_resident_memory_bytes', to: 'server.memory', over: 'sum', factor: 2 ** -20 },
  { from: 'nodejs_heap_size_used_bytes', to: 'server.heap', over: 'sum', factor: 2 ** -20 },
  { from: 'nodejs_eventloop_lag_p99_seconds', to: 'server.lag', over: 'max', factor: 1_000 },
  { from: 'nodejs_eventloop_lag_max_seconds', to: 'server.lag.max', over: 'max', factor: 1_000 },
  { from: 'plaza_connections', to: 'server.connections', over: 'sum' },
]

const counters = {
  plaza_danmaku_shed_total: 'server.shed',
  plaza_commands_total: 'server.commands',
  plaza_refusals_total: 'server.refusals',
  plaza_commands_turned_away_total: 'server.turnedAway',
  plaza_rooms_reopened_total: 'server.reopened',
} as const

export class Scrape {
  readonly #endpoints: readonly string[]
  readonly #figures: Figures
  readonly #token: string | undefined
  readonly #before = new Map<string, number>()
  #at: number | undefined

  /** `token` is what the platform's /metrics asks for. */
  constructor(endpoints: readonly string[], figures: Figures, token?: string) {
    this.#endpoints = endpoints
    this.#figures = figures
    this.#token = token
  }

  /** Never rejects: a server that does not answer within 2 s is counted. */
  async look(): Promise<void> {
    const pages = await Promise.all(this.#endpoints.map((endpoint) => this.#page(endpoint)))
    if (pages.some((page) => page === undefined)) return this.#figures.count('scrape.failed')
    const all = pages.map((page) => parseMetrics(page!))
    const sum = (name: string): number =>
      all.reduce((total, one) => total + (one.get(name) ?? 0), 0)
    for (const { from, to, over, factor = 1 } of gauges) {
      const values = all.map((one) => one.get(from) ?? 0)
      const value = over === 'sum' ? sum(from) : Math.max(...values)
      this.#figures.level(to, value * factor)
    }
    for (const [from, to] of Object.entries(counters)) this.#since(from, sum(from), to)
    this.#processor(sum('process_cpu_seconds_total'))
  }

  /** Of one core, 1 is all of it; of several nodes the sum. */
  #processor(seconds: number): void {
    const now = performance.now() / 1_000
    const before = this.#before.get('cpu')
    if (before !== undefined && this.#at !== undefined) {
      this.#figures.level('server.cpu', (seconds - before) / (now - this.#at))
      this.#figures.count('server.cpuSeconds', seconds - before)
    }
    this.#before.set('cpu', seconds)
    this.#at = now
  }

  #since(name: string, total: number, to: string): void {
    const before = this.#before.get(name)
    this.#before.set(name, total)
    if (before !== undefined) this.#figures.count(to, Math.max(0, total - before))
  }

  async #page(endpoint: string): Promise<string | undefined> {
    try {
      const answer = await fetch(`${endpoint}/metrics`, {
        signal: AbortSignal.timeout(2_000),
        headers: this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` },
      })
      return answer.ok ? await answer.text() : undefined
    } catch {
      return undefined
    }
  }
}

/** Values by name; those that differ in labels alone are added up. */
export function parseMetrics(page: string): Map<string, number> {
  const values = new Map<string, number>()
  for (const line of page.split('\n')) {
    const [, name, value] = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? (\S+)/.exec(line) ?? []
    if (name === undefined) continue
    values.set(name, (values.get(name) ?? 0) + Number(value))
  }
  return values
}
