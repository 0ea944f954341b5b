/** Which address a connection counts for. */

import { BlockList, isIP } from 'node:net'

/** IPv4 in dots, also where it came mapped into IPv6; IPv6 in eight groups without leading zeros. */
export function ipOfBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return dotted(bytes, 0)
  if (bytes.length !== 16) return 'unknown'
  if (isMapped(bytes)) return dotted(bytes, 12)
  const groups: string[] = []
  for (let index = 0; index < 16; index += 2) {
    groups.push(((bytes[index]! << 8) | bytes[index + 1]!).toString(16))
  }
  return groups.join(':')
}

/** Written out: `join` takes longer than all that is done with the address. */
function dotted(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

function isMapped(bytes: Uint8Array): boolean {
  for (let index = 0; index < 10; index += 1) if (bytes[index]) return false
  return bytes[10] === 0xff && bytes[11] === 0xff
}

/** The address that Node tells, IPv4 in dots. */
export function ipOfText(text: string | undefined): string {
  return text?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '') ?? 'unknown'
}

/** Tells whether an address is one of `entries`: addresses, or networks such as `10.0.0.0/8`. */
export function addressSet(entries: readonly string[]): (ip: string) => boolean {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = familyOf(address)
    if (!family) throw new TypeError(`${entry} is not an address or a network`)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (ip) => {
    const family = familyOf(ip)
    return family !== undefined && list.check(ip, family)
  }
}

/**
 * The nearest address that is no trusted proxy, walking `X-Forwarded-For` from its end: what stands
 * further left was written by whoever asked and is not believed.
 */
export function clientIp(
  peer: string,
  forwardedFor: string,
  trusted: (ip: string) => boolean,
): string {
  if (!forwardedFor || !trusted(peer)) return peer
  for (const text of forwardedFor.split(',').reverse()) {
    const hop = ipOfText(text.trim())
    if (!isIP(hop)) return peer
    if (!trusted(hop)) return hop
  }
  return peer
}

function familyOf(ip: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(ip)
  return version ? (version === 4 ? 'ipv4' : 'ipv6') : undefined
}
