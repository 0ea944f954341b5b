/** What a swarm has seen: sums over its sockets, and over its workers. */

import { add, type FrameTotals } from './frame-memory.ts'
import { Histogram } from './histogram.ts'

const figures = {
  /** Sockets that follow their room now. */
  open: 0,
  /** Times that a socket was welcomed, the first time and after it came back. */
  joins: 0,
  returns: 0,
  /** Returns that got every numbered event which they had missed. */
  recovered: 0,
  /** A welcome on a socket that had one: it starts anew from a view. */
  renewed: 0,
  /** Frames of lanes, and the bytes of all frames. */
  frames: 0,
  bytes: 0,
  /** Numbered events that were seen, also those that a welcome made up for; missing ones, and in how many places. */
  numbered: 0,
  missing: 0,
  gaps: 0,
  /** Numbered events that came again, and frames of an epoch that was over. */
  repeated: 0,
  stale: 0,
  /** Lines that the server said it left out, over all sockets. */
  shed: 0,
  /** Commands: asked once each, asked again under the same id, and answered with ok. */
  sent: 0,
  resent: 0,
  acked: 0,
  pending: 0,
  /** Frames decoded; the others were the same bytes as one of these. */
  distinct: 0,
  cpuSeconds: 0,
}

const histograms = ['join', 'must', 'should', 'may', 'ack', 'mark', 'back', 'pause'] as const

export type Figures = typeof figures
export type HistogramName = (typeof histograms)[number]

/** Counters of one worker, and of all. */
export class Counts {
  readonly figures: Figures = { ...figures }
  /** Deliveries by type of event in frames of lanes, closes by code, refusals by code, failures by what they say. */
  readonly events: FrameTotals = {}
  readonly closes: FrameTotals = {}
  readonly refused: FrameTotals = {}
  readonly failures: FrameTotals = {}
  /**
   * Durations: `join` from asking for a seat to the welcome, `must`, `should` and `may` from an event's
   * time to its arrival, `ack` from when a command was due to its answer, `mark`, `back` and `pause` as `Swarm.mark` says.
   */
  readonly delays: Record<HistogramName, Histogram> = Object.fromEntries(
    histograms.map((name) => [name, new Histogram()]),
  ) as Record<HistogramName, Histogram>

  add(other: PortableCounts): void {
    for (const name of Object.keys(figures) as (keyof Figures)[])
      this.figures[name] += other.figures[name]
    for (const group of ['events', 'closes', 'refused', 'failures'] as const)
      for (const [key, count] of Object.entries(other[group])) add(this[group], key, count)
    for (const name of histograms) this.delays[name].add(new Histogram(other.delays[name]))
  }

  /** As a message to another thread. */
  portable(): PortableCounts {
    const { events, closes, refused, failures } = this
    const delays = Object.fromEntries(histograms.map((name) => [name, this.delays[name].buckets]))
    return { figures: this.figures, events, closes, refused, failures, delays } as PortableCounts
  }
}

export interface PortableCounts {
  readonly figures: Figures
  readonly events: FrameTotals
  readonly closes: FrameTotals
  readonly refused: FrameTotals
  readonly failures: FrameTotals
  readonly delays: Readonly<Record<HistogramName, Float64Array>>
}
