/** Whom a request comes from and how it addresses us, behind trusted proxies too. */

import { BlockList, isIP } from 'node:net'

export interface ClientAddress {
  readonly ip: string
  /** `https` when the client's own connection is encrypted. */
  readonly protocol: 'http' | 'https'
  /** `host[:port]` as the client wrote it; undefined when it is missing or not well formed. */
  readonly host: string | undefined
}

/** The part of a Request that tells how it came. */
export interface AddressedRequest {
  readonly headers: Pick<Headers, 'get'>
  readonly url: string
}

/** The other end of a connection. */
export interface Peer {
  readonly ip: string
}

const hostForm = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]{1,253})(:\d{1,5})?$/i

/**
 * Reads addresses of requests. `X-Forwarded-For`, `-Proto` and `-Host` count only when the peer is one
 * of `trusted` (addresses or networks such as `10.0.0.0/8`); from the right, the first address that is
 * not a trusted proxy is the client.
 */
export function addressReader(
  trusted: readonly string[],
): (request: AddressedRequest, peer: Peer) => ClientAddress {
  const proxies = new BlockList()
  for (const entry of trusted) addNetwork(proxies, entry)
  const hostOf = wellFormed()
  return ({ headers, url }, from) => {
    const protocol = protocolOf(url.slice(0, url.indexOf(':')))
    const host = headers.get('host') ?? new URL(url).host
    if (!trusted.length) return direct(from, protocol, hostOf(host))
    const peer = plainIp(from.ip)
    if (!contains(proxies, peer)) return { ip: peer, protocol, host: hostOf(host) }
    const hops = (headers.get('x-forwarded-for') ?? '').split(',').map((h) => plainIp(h.trim()))
    const ip = hops.reverse().find((hop) => isIP(hop) === 0 || !contains(proxies, hop))
    return {
      ip: ip !== undefined && isIP(ip) > 0 ? ip : peer,
      protocol: protocolOf(headers.get('x-forwarded-proto') ?? protocol),
      host: hostOf(headers.get('x-forwarded-host') ?? host),
    }
  }
}

/** Reads the address when it is asked for: of most requests nobody does. */
function direct(
  from: Peer,
  protocol: ClientAddress['protocol'],
  host: string | undefined,
): ClientAddress {
  return {
    get ip() {
      return plainIp(from.ip)
    },
    protocol,
    host,
  }
}

/** What a budget is kept under: an IPv4 address, or the /64 network that a household or host has. */
export function budgetKey(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const [head, tail] = ip.split('::')
  const left = head!.split(':').filter(Boolean)
  if (tail !== undefined) {
    const right = tail.split(':').filter(Boolean)
    while (left.length + right.length < 8) left.push('0')
    left.push(...right)
  }
  return `${left.slice(0, 4).join(':')}::/64`
}

// IPv4 in IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
function plainIp(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

function addNetwork(list: BlockList, entry: string): void {
  const [address, bits] = entry.split('/')
  const version = isIP(address!)
  if (version === 0) throw new Error(`PLAZA_TRUST_PROXY: ${entry} is not an address or a network`)
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (bits === undefined) list.addAddress(address!, family)
  else list.addSubnet(address!, Number(bits), family)
}

function contains(list: BlockList, ip: string): boolean {
  const version = isIP(ip)
  return version > 0 && list.check(ip, version === 4 ? 'ipv4' : 'ipv6')
}

function protocolOf(text: string): 'http' | 'https' {
  return text === 'https' ? 'https' : 'http'
}

/** Clients write the same host again and again: the last answer is kept. */
function wellFormed(): (text: string) => string | undefined {
  let last = ''
  let host: string | undefined
  return (text) => {
    if (text !== last) {
      last = text
      host = hostForm.test(text) ? text.toLowerCase() : undefined
    }
    return host
  }
}
