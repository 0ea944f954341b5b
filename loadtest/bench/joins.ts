/**
 * Joins, seat and upgrade together: processor time that each costs the server's process, beside stock
 * Colyseus, whose seats come from its matchmaking, and uWebSockets with the same messages.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, Variant } from './bench.ts'
import { compared, median, noise } from './median.ts'
import type { PeerName } from './peers/peer.ts'
import { Theatre, withTheatres } from './peers/theatre.ts'

const joins = 3_000
/** For the compiler: not counted. */
const warmUps = 2
/** Those of the round before are gone by then, ms. */
const restMs = 500
const rounds = 5
const users = 50

interface Entry {
  readonly label: string
  readonly name: PeerName
  readonly signedIn: number
}

const ours = 'Plaza server, guests'
const floor = 'uWebSockets alone'
const entries: readonly Entry[] = [
  { label: floor, name: 'raw uWebSockets with seats', signedIn: 0 },
  { label: ours, name: 'Plaza server', signedIn: 0 },
  { label: 'Plaza server, signed in', name: 'Plaza server', signedIn: users },
  { label: 'Plaza engine', name: 'Plaza engine', signedIn: 0 },
  { label: 'Colyseus, uWebSockets', name: 'Colyseus, uWebSockets', signedIn: 0 },
  { label: 'Colyseus, ws', name: 'Colyseus, ws', signedIn: 0 },
]

const peers = entries.map(({ label }) => label).filter((label) => label.startsWith('Colyseus'))

export const joinsBench: Bench = (say) =>
  withTheatres(
    entries.map(
      ({ name, signedIn }) =>
        () =>
          Theatre.open(name, { signedIn }),
    ),
    async (theatres) => {
      const costs = entries.map((): number[] => [])
      for (let round = 1 - warmUps; round <= rounds; round += 1) {
        for (const [index, theatre] of theatres.entries()) {
          const { cpuSeconds } = await theatre.admit(joins)
          const cost = (cpuSeconds / joins) * 1e6
          if (round > 0) costs[index]!.push(cost)
          const part = round > 0 ? `round ${round} of ${rounds}` : 'warming up'
          say(`${part}, ${entries[index]!.label}: ${Math.round(cost)} µs`)
          await theatre.clear()
          await pause(restMs)
        }
      }
      const variants = entries.map(({ label }, index): Variant => {
        const all = costs[index]!
        return {
          name: label,
          microsecondsEach: median(all),
          least: Math.min(...all),
          noisePercent: 100 * noise(all),
        }
      })
      const cost = (label: string): number[] =>
        costs[entries.findIndex((entry) => entry.label === label)]!
      const beside = compared(cost(ours), cost(floor))
      return {
        variants,
        ratios: {
          [`${ours} / ${floor}`]: median(beside),
          [`${ours} / ${floor}, noise in percent`]: 100 * noise(beside),
          ...Object.fromEntries(
            peers.map((peer) => [`${peer} / ${ours}`, median(compared(cost(peer), cost(ours)))]),
          ),
        },
      }
    },
  )
