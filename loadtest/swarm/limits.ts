/** What this machine allows a swarm, told before it fails in the middle. */

import { readFileSync } from 'node:fs'

/** Files of a process that are no sockets of the swarm. */
const spareFiles = 200
/** Sockets from one loopback address: fewer than it has ports, and than a server lets in from one. */
const perAddress = 900
const loopback = /^ws:\/\/127\./

/**
 * Where a socket connects from. Servers on the loopback network see clients of many addresses, as in
 * life, and no address runs out of ports. Undefined elsewhere: the system picks.
 */
export function sourceAddress(url: string, network: number, index: number): string | undefined {
  if (!loopback.test(url)) return undefined
  const address = Math.floor(index / perAddress)
  return `127.${network}.${(address >> 8) & 255}.${(address & 255) + 1}`
}

/** Throws where a process may not hold `sockets`; the message names the way out. */
export function checkFiles(sockets: number, limit = mostFiles()): void {
  if (sockets + spareFiles <= limit) return
  throw new Error(
    `${sockets} sockets in one process need ${sockets + spareFiles} open files and it may have ` +
      `${limit}: raise the limit (ulimit -n ${sockets + spareFiles}), or start the swarm with ` +
      "{ as: 'process' } and more workers, each of which has the limit to itself.",
  )
}

/** Throws where the system has not the ports for `sockets` to servers that are not on the loopback network. */
export function checkPorts(sockets: number, [low, high] = portRange()): void {
  if (sockets <= high - low) return
  throw new Error(
    `${sockets} sockets to another machine need as many ports and there are ${high - low}: ` +
      'sysctl -w net.ipv4.ip_local_port_range="1024 65535", or use more machines.',
  )
}

/** Node has raised its own limit to the hard one when it started. */
function mostFiles(): number {
  const line = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))
  return line ? Number(line[1]) : Infinity
}

function portRange(): readonly [number, number] {
  const [low, high] = read('/proc/sys/net/ipv4/ip_local_port_range').split(/\s+/).map(Number)
  return low && high ? [low, high] : [0, Infinity]
}

/** Empty where there is no /proc. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
