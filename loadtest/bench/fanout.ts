/**
 * Lines to 5,000 sockets, each in a frame of its own, beside the same from uWebSockets alone, ws, Colyseus
 * and socket.io: deliveries for each second of processor time that the server's process takes.
 */

import type { Bench, Variant } from './bench.ts'
import { compared, median, noise } from './median.ts'
import type { PeerName } from './peers/peer.ts'
import { checkWhole, Theatre, withTheatres, type Show } from './peers/theatre.ts'

const viewers = 5_000
const perSecond = 10
const forMs = 3_000
const rounds = 5
const floor: PeerName = 'raw uWebSockets'
const ours: PeerName = 'Plaza engine'
const names: readonly PeerName[] = [
  floor,
  ours,
  'ws loop',
  'Colyseus, uWebSockets',
  'Colyseus, ws',
  'socket.io',
]

/** The rounds take the servers in turn, so that what else the machine does meets all of them. */
export const fanout: Bench = (say) =>
  withTheatres(
    names.map((name) => () => Theatre.open(name)),
    async (theatres) => {
      for (const theatre of theatres) {
        await theatre.admit(viewers)
        say(`${theatre.name}: ${viewers} viewers`)
      }
      const shows = new Map<PeerName, Show[]>(names.map((name) => [name, []]))
      for (let round = 1; round <= rounds; round += 1) {
        for (const theatre of theatres) {
          const show = await theatre.show(perSecond, forMs)
          checkWhole(show, theatre.name)
          shows.get(theatre.name)!.push(show)
          const rate = Math.round(show.frames / show.cpuSeconds).toLocaleString('en')
          say(`round ${round} of ${rounds}, ${theatre.name}: ${rate} a CPU second`)
        }
      }
      const variants = names.map((name) => variantOf(name, shows.get(name)!))
      const beside = (name: PeerName): number[] =>
        compared(ratesOf(shows.get(ours)!), ratesOf(shows.get(name)!))
      return {
        variants,
        ratios: {
          ...Object.fromEntries(
            names
              .filter((name) => name !== ours)
              .map((name) => [`${ours} / ${name}`, median(beside(name))]),
          ),
          [`${ours} / ${floor}, noise in percent`]: 100 * noise(beside(floor)),
        },
      }
    },
  )

function ratesOf(shows: readonly Show[]): number[] {
  return shows.map(({ frames, cpuSeconds }) => frames / cpuSeconds)
}

function variantOf(name: PeerName, shows: readonly Show[]): Variant {
  const rates = ratesOf(shows)
  return {
    name,
    deliveriesPerCpuSecond: Math.round(median(rates)),
    microsecondsEach: 1e6 / median(rates),
    framesALine: median(shows.map(({ frames, published }) => frames / (published * viewers))),
    p99Ms: median(shows.map(({ p99Ms }) => p99Ms)),
    noisePercent: 100 * noise(rates),
  }
}
