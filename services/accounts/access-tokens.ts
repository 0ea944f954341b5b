/** Access tokens: short-lived JWTs that name a user and a session. */

import { createSecretKey, type KeyObject } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Soon } from '../../engine/kernel/soon.ts'

/** Seconds that an access token is good for. */
export const accessSeconds = 600

/** Half a kilobyte each. */
const mostChecked = 10_000

const algorithm = 'HS256'
const type = 'at+jwt'
const issuer = 'plaza'
const audience = 'plaza:api'

export interface AccessClaims {
  readonly user: string
  readonly session: string
}

interface Checked {
  readonly claims: AccessClaims
  /** Seconds since 1970. */
  readonly exp: number
}

/** Signs and checks access tokens with one key of the installation; algorithm, type and audience are fixed. */
export class AccessTokens {
  readonly #key: KeyObject
  readonly #now: () => number
  /** Tokens whose signature was checked: a user asks many things with one. */
  readonly #checked = new Map<string, Checked>()

  constructor(key: Uint8Array, now: () => number = Date.now) {
    this.#key = createSecretKey(key)
    this.#now = now
  }

  async sign({ user, session }: AccessClaims): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000)
    return new SignJWT({ sid: session })
      .setProtectedHeader({ alg: algorithm, typ: type })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(user)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + accessSeconds)
      .sign(this.#key)
  }

  /** Throws `unauthorized`, with `{ reason: 'expired' }` where a new token helps. */
  verify(token: string): Soon<AccessClaims> {
    return this.#known(token)?.claims ?? this.#verify(token)
  }

  async #verify(token: string): Promise<AccessClaims> {
    const { claims, exp } = await this.#check(token)
    this.#checked.set(token, { claims, exp })
    if (this.#checked.size > mostChecked) this.#checked.delete(this.#checked.keys().next().value!)
    return claims
  }

  #known(token: string): Checked | undefined {
    const known = this.#checked.get(token)
    if (known && Math.floor(this.#now() / 1_000) < known.exp) return known
    this.#checked.delete(token)
    return undefined
  }

  async #check(token: string): Promise<Checked> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [algorithm],
        typ: type,
        issuer,
        audience,
        requiredClaims: ['sub', 'exp', 'iat', 'sid'],
        currentDate: new Date(this.#now()),
      })
      const { sub, exp, sid } = payload as { sub?: string; exp?: number; sid?: unknown }
      return { claims: { user: String(sub), session: String(sid) }, exp: Number(exp) }
    } catch (cause) {
      const expired = cause instanceof errors.JWTExpired
      throw new RoomError('unauthorized', 'Get a new access token, or log in again.', {
        retry: 'login',
        data: { reason: expired ? 'expired' : 'invalid' },
        cause,
      })
    }
  }
}
