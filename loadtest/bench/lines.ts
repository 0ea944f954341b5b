/**
 * Danmaku to 5,000 viewers, 100 lines a second of which none is left out, gathered for 200 ms: processor
 * time of the server for each line at each viewer. Colyseus, which gathers nothing, gets a tenth of them.
 */

import type { Bench, Variant } from './bench.ts'
import { compared, median, noise } from './median.ts'
import type { PeerName } from './peers/peer.ts'
import { checkWhole, Theatre, withTheatres, type Show } from './peers/theatre.ts'

const viewers = 5_000
const tickMs = 200
const forMs = 5_000
const rounds = 3
const floor: PeerName = 'raw uWebSockets'
const ours: PeerName = 'Plaza engine'
const peer: PeerName = 'Colyseus, uWebSockets'
const perSecond: Readonly<Record<string, number>> = { [floor]: 100, [ours]: 100, [peer]: 10 }
const names: readonly PeerName[] = [floor, ours, peer]

export const lines: Bench = (say) =>
  withTheatres(
    names.map((name) => () => Theatre.open(name, { tickMs })),
    async (theatres) => {
      for (const theatre of theatres) {
        await theatre.admit(viewers)
        say(`${theatre.name}: ${viewers} viewers`)
      }
      const shows = names.map((): Show[] => [])
      for (let round = 1; round <= rounds; round += 1) {
        for (const [index, theatre] of theatres.entries()) {
          const show = await theatre.show(perSecond[theatre.name]!, forMs)
          checkWhole(show, theatre.name)
          shows[index]!.push(show)
          say(`round ${round} of ${rounds}, ${theatre.name}: ${costOf(show).toFixed(2)} µs a line`)
        }
      }
      const variants = names.map((name, index) => variantOf(name, shows[index]!))
      const costs = (name: PeerName): number[] => shows[names.indexOf(name)]!.map(costOf)
      const beside = compared(costs(ours), costs(floor))
      return {
        variants,
        ratios: {
          [`${ours} / ${floor}`]: median(beside),
          [`${ours} / ${floor}, noise in percent`]: 100 * noise(beside),
          [`${peer} / ${ours}`]: median(compared(costs(peer), costs(ours))),
        },
      }
    },
  )

/** Microseconds of the server for a line at a viewer. */
function costOf({ cpuSeconds, published }: Show): number {
  return (cpuSeconds / (published * viewers)) * 1e6
}

function variantOf(name: PeerName, shows: readonly Show[]): Variant {
  const costs = shows.map(costOf)
  return {
    name,
    linesPerSecond: perSecond[name]!,
    microsecondsALine: median(costs),
    p50Ms: median(shows.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(shows.map(({ p99Ms }) => p99Ms)),
    noisePercent: 100 * noise(costs),
  }
}
