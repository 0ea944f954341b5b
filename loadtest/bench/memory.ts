/**
 * What an idle viewer costs the server's process in resident memory, beside uWebSockets alone, Colyseus
 * and socket.io. The kernel's part of a socket belongs to no process and is not counted. Ours is the engine
 * with its rooms, which hold all that a viewer has: the embedded database of the whole server gives memory
 * back when it likes, more than all viewers take.
 */

import { readFileSync } from 'node:fs'
import type { Bench, Variant } from './bench.ts'
import type { PeerName } from './peers/peer.ts'
import { Theatre } from './peers/theatre.ts'

/** So many come first: what the server makes once is then made. */
const first = 500
/** Files that a server has open beside its sockets. */
const spareFiles = 400
/** The rest come in so many parts, which tells how even the figure is. */
const parts = 3
const ours: PeerName = 'Plaza engine'
const names: readonly PeerName[] = ['raw uWebSockets', ours, 'Colyseus, uWebSockets', 'socket.io']

/** `--viewers N` for machines where 20,000 are too many. */
export const memory: Bench = async (say, options) => {
  const viewers = Math.min(Number(options['viewers'] ?? 20_000), mostFiles() - spareFiles)
  const variants: Variant[] = []
  for (const name of names) {
    variants.push(await weigh(name, viewers, say))
    say(`${name}: ${Number(variants.at(-1)!['kibEach']).toFixed(2)} KiB`)
  }
  const each = (name: PeerName): number => Number(variants[names.indexOf(name)]!['kibEach'])
  return {
    variants,
    ratios: Object.fromEntries(
      names
        .filter((name) => name !== ours)
        .map((name) => [`${name} / ${ours}`, each(name) / each(ours)]),
    ),
  }
}

/** A fresh process each time: a heap that was large once stays so. */
async function weigh(
  name: PeerName,
  viewers: number,
  say: (line: string) => void,
): Promise<Variant> {
  const theatre = await Theatre.open(name, {}, ['--expose-gc'])
  try {
    await theatre.admit(first)
    const weights = [await theatre.residentBytes()]
    const part = Math.floor((viewers - first) / parts)
    for (let index = 0; index < parts; index += 1) {
      await theatre.admit(part)
      weights.push(await theatre.residentBytes())
      say(`${name}: ${first + (index + 1) * part} viewers`)
    }
    const each = weights.slice(1).map((weight, index) => (weight - weights[index]!) / part / 1_024)
    return {
      name,
      viewers: first + parts * part,
      kibEach: (weights.at(-1)! - weights[0]!) / (parts * part) / 1_024,
      least: Math.min(...each),
      most: Math.max(...each),
    }
  } finally {
    await theatre.close()
  }
}

/** Node has raised its own limit to the hard one when it started. */
function mostFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
  } catch {
    return Infinity
  }
}
