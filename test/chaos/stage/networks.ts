/** A network of its own for each node (Linux, root): a wire to Postgres, to Redis and to clients, cut for real. */

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

export const wires = ['postgres', 'redis', 'clients'] as const
export type Wire = (typeof wires)[number]

/** `up`: what the node sends is lost; `down`: what is sent to it. */
export type Direction = 'up' | 'down'

const run = promisify(execFile)
/** Nobody has it: what is sent to it arrives nowhere, and the sender is not told. */
const nowhere = '02:00:00:00:00:01'

async function ip(...args: string[]): Promise<void> {
  await run('ip', args)
}

/** Why there can be no networks of nodes' own here, or false. */
export function networksMissing(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'network namespaces are for root on Linux'
  const name = `plaza-try-${process.pid}`
  const tried = spawnSync('sh', ['-c', trial.replaceAll('NAME', name)])
  if (tried.status === 0) return false
  const words = tried.error?.message ?? String(tried.stderr).trim()
  return `no network namespaces on this machine: ${words.split('\n')[0]}`
}

const trial = `ip netns add NAME || exit 1
ip -n NAME link add name plaza0 type veth peer name plaza1; made=$?
ip netns del NAME; exit $made`

/** Why packets can be neither delayed nor lost by the kernel here, or false. */
export function netemMissing(): string | false {
  const why = networksMissing()
  if (why) return why
  const name = `plaza-try-${process.pid}`
  const netem = `ip netns add NAME || exit 1
    ip netns exec NAME tc qdisc add dev lo root netem delay 1ms; made=$?
    ip netns del NAME; exit $made`
  const tried = spawnSync('sh', ['-c', netem.replaceAll('NAME', name)])
  const words = String(tried.stderr).trim().split('\n')[0]
  return tried.status === 0 ? false : `tc has no netem here: ${words}`
}

/** Addresses are of 198.18.0.0/15, which is kept for tests of networks (RFC 2544); /30 for each wire. */
export class NodeNetwork {
  readonly name: string
  /** What runs a program in it. */
  readonly command: readonly string[]
  readonly #index: number
  readonly #tag: number

  /** `tag` sets apart runs that go on at the same time, 0 to 511. */
  static async make(tag: number, index: number): Promise<NodeNetwork> {
    const made = new NodeNetwork(tag, index)
    await made.remove().catch(() => undefined) // of a run that was killed
    await ip('netns', 'add', made.name)
    try {
      await ip('-n', made.name, 'link', 'set', 'lo', 'up')
      for (const wire of wires) await made.#lay(wire)
      return made
    } catch (error) {
      await made.remove()
      throw error
    }
  }

  private constructor(tag: number, index: number) {
    this.#tag = tag
    this.#index = index
    this.name = `plaza-${tag}-${index}`
    this.command = ['ip', 'netns', 'exec', this.name]
  }

  /** The machine's end of a wire. */
  host(wire: Wire): string {
    return this.#address(wire, 1)
  }

  /** The node's end. */
  own(wire: Wire): string {
    return this.#address(wire, 2)
  }

  /** Packets are lost without a word, both ways or one; connections stay, and new ones get no answer. */
  async cut(wire: Wire, ...lost: readonly Direction[]): Promise<void> {
    const all = lost.length === 0
    const to = ['lladdr', nowhere, 'nud', 'permanent'] as const
    if (all || lost.includes('up')) await this.#neighbour('replace', wire, 'up', ...to)
    if (all || lost.includes('down')) await this.#neighbour('replace', wire, 'down', ...to)
  }

  /** Undoes `cut`: TCP repeats what was lost, at its own pace. */
  async mend(wire: Wire): Promise<void> {
    for (const way of ['up', 'down'] as const)
      await this.#neighbour('del', wire, way).catch(() => undefined) // it was not cut
  }

  /** Loss, delay and reordering by the kernel, both ways; without `how` all is well again. */
  async impair(wire: Wire, how?: readonly string[]): Promise<void> {
    const change = how ? ['replace', 'netem', ...how] : ['del']
    const [verb = '', ...rest] = change
    const args = (device: string): string[] => ['qdisc', verb, 'dev', device, 'root', ...rest]
    await run('tc', ['-n', this.name, ...args(wire)])
    await run('tc', args(this.#device(wire)))
  }

  /** No process may be left in it. */
  async remove(): Promise<void> {
    for (const wire of wires) await ip('link', 'del', this.#device(wire)).catch(() => undefined) // gone with its other end
    await ip('netns', 'del', this.name)
  }

  async #lay(wire: Wire): Promise<void> {
    const device = this.#device(wire)
    await ip(
      'link',
      'add',
      'name',
      device,
      'type',
      'veth',
      'peer',
      'name',
      wire,
      'netns',
      this.name,
    )
    await ip('addr', 'add', `${this.host(wire)}/30`, 'dev', device)
    await ip('link', 'set', device, 'up')
    await ip('-n', this.name, 'addr', 'add', `${this.own(wire)}/30`, 'dev', wire)
    await ip('-n', this.name, 'link', 'set', wire, 'up')
  }

  async #neighbour(verb: string, wire: Wire, way: Direction, ...to: string[]): Promise<void> {
    if (way === 'up') await ip('-n', this.name, 'neigh', verb, this.host(wire), ...to, 'dev', wire)
    else await ip('neigh', verb, this.own(wire), ...to, 'dev', this.#device(wire))
  }

  #address(wire: Wire, end: 1 | 2): string {
    const last = (this.#index * wires.length + wires.indexOf(wire)) * 4 + end
    return `198.${18 + (this.#tag >> 8)}.${this.#tag & 255}.${last}`
  }

  /** At most 15 letters. */
  #device(wire: Wire): string {
    return `pz${this.#tag}-${this.#index}${wire[0]}`
  }
}

/** One network for each of `count` nodes. */
export async function makeNetworks(count: number): Promise<NodeNetwork[]> {
  const made: NodeNetwork[] = []
  try {
    for (let index = 0; index < count; index += 1)
      made.push(await NodeNetwork.make(process.pid % 512, index))
    return made
  } catch (error) {
    await removeNetworks(made)
    throw error
  }
}

export async function removeNetworks(networks: readonly NodeNetwork[]): Promise<void> {
  for (const network of networks) await network.remove().catch(() => undefined)
}
