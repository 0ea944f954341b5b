/** Prometheus metrics of this process. Labels name kinds and nodes, never users or rooms. */

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Engine, EngineMetrics } from '../engine/runtime/engine.ts'
import { createHttpMetrics, type HttpMetrics } from './http/http-metrics.ts'
import type { RoomFigures } from './inspector/room-figures.ts'
import type { NodeLinks } from './node-links.ts'

export interface Metrics {
  readonly registry: Registry
  readonly http: HttpMetrics
}

/** The process's registry with its own figures and those of the HTTP API. */
export function createMetrics(node: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ node })
  collectDefaultMetrics({ register: registry })
  return { registry, http: createHttpMetrics(registry) }
}

/** Figures of rooms and sockets, read when somebody scrapes. */
export function watchEngine({ registry }: Metrics, engine: Pick<Engine, 'metrics'>): void {
  const gauge = (name: string, help: string, read: (metrics: EngineMetrics) => number): void => {
    new Gauge({
      name: `plaza_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read(engine.metrics()))
      },
    })
  }
  gauge('connections', 'Sockets open now.', ({ sockets }) => sockets.sockets)
  gauge('rooms', 'Room instances open now.', ({ instances }) => instances)
  gauge('joins_total', 'Sockets that joined a room.', ({ joins }) => joins)
  gauge('resumes_total', 'Joins that went on where they had stopped.', ({ resumes }) => resumes)
  gauge('commands_total', 'Commands answered.', ({ commands }) => commands)
  gauge('refusals_total', 'Commands refused.', ({ refusals }) => refusals)
  const away = 'Commands refused unread, for lack of time in a turn of the event loop.'
  gauge('commands_turned_away_total', away, ({ turnedAway }) => turnedAway)
  gauge('danmaku_shed_total', 'Danmaku left out for lack of budget.', ({ shedLines }) => shedLines)
  gauge('rooms_reopened_total', 'Rooms opened again after a loss.', ({ reopened }) => reopened)
}

export interface WatchedRooms {
  readonly figures: Pick<RoomFigures, 'flushMs' | 'takenOver'>
  readonly links: Pick<NodeLinks, 'bus' | 'cluster'>
}

/** Figures of the journal, and of what this node has to do with others where there are any. */
export function watchRooms({ registry }: Metrics, { figures, links }: WatchedRooms): void {
  const figure = (
    type: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    read: () => number | Readonly<Record<string, number>>,
  ): void => {
    new type({
      name: `plaza_${name}`,
      help,
      labelNames: ['reason'],
      registers: [registry],
      collect() {
        const value = read()
        this.reset()
        if (typeof value === 'number') this.inc(value)
        else for (const [reason, count] of Object.entries(value)) this.inc({ reason }, count)
      },
    })
  }
  const flush = 'Seconds of the oldest flush under way; where none is, of the last one.'
  figure(Gauge, 'journal_flush_seconds', flush, () => figures.flushMs / 1_000)
  const takeovers = 'Rooms opened here whose former owner had died.'
  figure(Counter, 'room_failovers_total', takeovers, () => figures.takenOver)
  const { bus, cluster } = links
  if (!bus || !cluster) return
  const { peers, relays } = cluster
  figure(Gauge, 'cluster_peers', 'Other nodes heard of now.', () => peers.list().length - 1)
  figure(Gauge, 'cluster_relays', 'Rooms of other nodes relayed here now.', () => relays.count)
  const handed = 'Rooms given to other nodes.'
  figure(Counter, 'cluster_handovers_total', handed, () => cluster.handedOver)
  figure(Counter, 'bus_sent_total', 'Messages sent to other nodes.', () => bus.stats.sent)
  figure(Counter, 'bus_received_total', 'Messages received.', () => bus.stats.received)
  const gaps = 'Times that messages to this node may have been lost.'
  figure(Counter, 'bus_gaps_total', gaps, () => bus.stats.gaps)
  const dropped = 'Messages not sent or not taken: the queue full, the bus away, forged, replayed.'
  figure(Counter, 'bus_dropped_total', dropped, () => {
    const { dropped: unsent, full, forged, replayed } = bus.stats
    return { full, away: unsent - full, forged, replayed }
  })
}
