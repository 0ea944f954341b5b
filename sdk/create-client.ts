/** Makes a client of one Plaza server. */

import { CommandIds } from '../engine/wire/command-id.ts'
import { adminApi } from './admin-api.ts'
import { AuthApi } from './auth-api.ts'
import type { CallOptions, Client } from './client.ts'
import { Http, type HttpCall } from './http.ts'
import { LiveApi } from './live-api.ts'
import type { Platform } from './platform.ts'
import { defaultPlatform } from './platform/default.ts'
import { Session } from './session.ts'
import type { Me } from './types.ts'

export interface ClientOptions {
  /** Where the platform answers, e.g. `https://live.example.org`. */
  endpoint: string
  /** Default: what the globals of a browser, Node ≥ 22 or React Native give. */
  platform?: Platform
  /**
   * How the session is kept: `cookie` (browsers on the same site; the refresh token is out of reach of
   * scripts) or `token` (in `platform.storage`). Default `token`.
   */
  session?: 'cookie' | 'token'
}

export function createClient(options: ClientOptions): Client {
  const platform = options.platform ?? defaultPlatform()
  const http = new Http(platform, options.endpoint)
  const session = new Session(platform, http, options.session ?? 'token')
  const ids = new CommandIds(() => platform.now())
  const live = new LiveApi(platform, session, http.endpoints)
  const call: Session['call'] = (path, how) => session.call(path, how)
  return {
    get endpoint() {
      return http.endpoints.current
    },
    auth: new AuthApi(http, session),
    live,
    profile: {
      update: async (patch) => {
        const me = await call<Me>('/api/me', { method: 'PATCH', body: patch })
        session.setUser(me)
        return me
      },
      setAvatar: async (image, how) => {
        const me = await call<Me>('/api/me/avatar', upload('PUT', image, how))
        session.setUser(me)
        return me
      },
      get: (id, how) => call(`/api/users/${encodeURIComponent(id)}`, how),
    },
    uploads: {
      image: (image, use, how) =>
        call('/api/uploads', { ...upload('POST', image, how), query: { use } }),
    },
    wallet: {
      get: (how) => call('/api/wallet', how),
      entries: (cursor, how) => call('/api/wallet/entries', { ...how, query: { cursor } }),
      topUp: ({ coins, provider, id = ids.next() }) =>
        call('/api/wallet/topups', { method: 'POST', body: { id, coins, provider } }),
      topUpState: (id, how) => call(`/api/wallet/topups/${encodeURIComponent(id)}`, how),
    },
    admin: adminApi(call, live),
    gifts: (how) => call('/api/gifts', how),
    config: (how) => call('/api/config', how),
    close: () => live.close(),
  }
}

function upload(method: 'POST' | 'PUT', raw: Uint8Array | Blob, how?: CallOptions): HttpCall {
  return { ...how, method, raw, timeoutMs: 120_000 }
}
