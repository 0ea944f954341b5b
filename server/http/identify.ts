/** Who calls, and whose budget pays for it. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import { whenThere, type Soon } from '../../engine/kernel/soon.ts'
import type { Access, Caller, Route } from '../../services/route.ts'
import { budgetKey, type ClientAddress } from './client-address.ts'
import type { RateLimits } from './rate-limit.ts'

export interface IdentifyOptions {
  /** The user of an access token. Throws `unauthorized`. */
  readonly authenticate: (token: string) => Soon<Caller>
  readonly limits: RateLimits
}

/** Undefined is somebody without a token. Reads all that it needs in this turn. Throws RoomError. */
export function identify(
  route: Pick<Route, 'token' | 'rate' | 'access'>,
  headers: Pick<Headers, 'get'>,
  client: Pick<ClientAddress, 'ip'>,
  options: IdentifyOptions,
): Soon<Caller | undefined> {
  const token = route.token === 'own' ? undefined : bearer(headers)
  if (token !== undefined) return withToken(token, route, client, options)
  return whenThere(options.limits.charge(route.rate, 'address', budgetKey(client.ip)), () => {
    if (route.access === 'public') return undefined
    throw new RoomError('login_required', 'Log in first.', { retry: 'login' })
  })
}

function withToken(
  token: string,
  route: Pick<Route, 'rate' | 'access'>,
  client: Pick<ClientAddress, 'ip'>,
  { authenticate, limits }: IdentifyOptions,
): Soon<Caller> {
  /** A token that is none costs the address that sent it. */
  const strangerPays =
    (address: string) =>
    async (error: unknown): Promise<never> => {
      await limits.charge(route.rate, 'address', address)
      throw error
    }
  let caller: Soon<Caller>
  try {
    caller = authenticate(token)
    if (caller instanceof Promise) caller = caller.catch(strangerPays(budgetKey(client.ip)))
  } catch (error) {
    return strangerPays(budgetKey(client.ip))(error)
  }
  return whenThere(caller, (known) =>
    whenThere(limits.charge(route.rate, 'user', known.id), () => {
      if (mayCall(route.access, known.roles)) return known
      throw new RoomError('forbidden', `Only a platform ${route.access} may do this.`)
    }),
  )
}

function bearer(headers: Pick<Headers, 'get'>): string | undefined {
  const header = headers.get('authorization')
  if (header === null) return undefined
  const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(header)?.[1]
  if (token !== undefined) return token
  throw new RoomError('unauthorized', 'Send the access token as `Authorization: Bearer …`.', {
    retry: 'login',
  })
}

function mayCall(access: Access, roles: readonly string[]): boolean {
  if (access === 'public' || access === 'user') return true
  return roles.includes('admin') || (access === 'moderator' && roles.includes('moderator'))
}
