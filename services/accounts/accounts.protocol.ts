/** Accounts and sessions, as the API tells them. */

import type { Me } from '../profiles/profiles.protocol.ts'

export interface Session {
  readonly user: Me
  /** A JWT for `Authorization: Bearer …`. */
  readonly accessToken: string
  /** Seconds until the access token expires. */
  readonly expiresIn: number
  /** Works once; absent where it is kept in a cookie. */
  readonly refreshToken?: string
}

/** Where the refresh token is kept: an HttpOnly cookie, or with the client. */
export type SessionKind = 'cookie' | 'token'

/** One signed-in device. */
export interface SessionInfo {
  readonly id: string
  /** True for the session that asks. */
  readonly current: boolean
  /** ISO 8601. */
  readonly createdAt: string
  readonly lastUsedAt: string
  /** What the browser called itself, shortened: `Firefox on Linux`. */
  readonly device?: string
}

/** Bounds that a form may check too. Letters of any script, digits and `_`. */
export const accountLimits = { name: { min: 3, max: 24 }, password: { min: 8, max: 128 } } as const

/** Roles that an admin may give. */
export const staffRoles = ['moderator', 'admin'] as const
export type StaffRole = (typeof staffRoles)[number]
