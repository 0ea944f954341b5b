/** The cookie that carries a refresh token: out of reach of scripts and of other sites. */

import { sessionMs } from './sessions.ts'

const name = 'plaza_refresh'
const scope = 'Path=/api/auth; HttpOnly; SameSite=Strict'

/** `Set-Cookie` for a token; `secure` where the page came over https. */
export function refreshCookie(token: string, secure: boolean): string {
  return `${name}=${token}; ${scope}; Max-Age=${sessionMs / 1000}${secure ? '; Secure' : ''}`
}

export const clearRefreshCookie = `${name}=; ${scope}; Max-Age=0`

export function readRefreshCookie(cookies: ReadonlyMap<string, string>): string | undefined {
  const token = cookies.get(name)
  return token !== undefined && token.length <= 200 ? token : undefined
}
