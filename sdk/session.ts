/** Who is signed in: the access token in memory, its renewal, and the refresh token where it is kept. */

import { Emitter } from './emitter.ts'
import type { Http, HttpCall } from './http.ts'
import type { Platform } from './platform.ts'
import { isReject, RejectError } from './reject-error.ts'
import type { Me } from './types.ts'

/** What sign-in and refresh answer. */
export interface SessionAnswer {
  readonly user: Me
  readonly accessToken: string
  /** Seconds. */
  readonly expiresIn: number
  /** Absent where it travels as a cookie. */
  readonly refreshToken?: string
}

/** A token with less life left is renewed before it is used. */
const renewBeforeMs = 30_000

export class Session {
  readonly mode: 'cookie' | 'token'
  readonly #platform: Platform
  readonly #http: Http
  readonly #key: string
  readonly #emitter = new Emitter<{ user: (user: Me | undefined) => void }>()
  #user: Me | undefined
  #access: { user: string; token: string; until: number } | undefined
  #refreshing: Promise<Me> | undefined
  /** What a renewal brought after the sign-out. */
  #orphan: string | undefined
  /** Counts sign-ins and sign-outs: an answer to an older one is not taken. */
  #generation = 0

  constructor(platform: Platform, http: Http, mode: 'cookie' | 'token') {
    this.#platform = platform
    this.#http = http
    this.mode = mode
    this.#key = `plaza.session ${http.endpoints.home}`
  }

  get user(): Me | undefined {
    return this.#user
  }

  on(fn: (user: Me | undefined) => void): () => void {
    return this.#emitter.on('user', fn)
  }

  /** A call as the signed-in user, or as a guest. A token that the server no longer takes is renewed once. */
  async call<T>(path: string, call: HttpCall = {}): Promise<T> {
    const asker = this.#user?.id
    const token = await this.#token(asker)
    try {
      return await this.#http.call<T>(path, { ...call, token })
    } catch (error) {
      if (!token || !(error instanceof RejectError) || error.status !== 401) throw error
      // Somebody else may have renewed it meanwhile.
      if (this.#access?.token === token) await this.refresh()
      return this.#http.call<T>(path, { ...call, token: this.#tokenOf(asker) })
    }
  }

  /** Takes over what register or login answered. */
  async adopt(answer: SessionAnswer): Promise<Me> {
    this.#generation++
    await this.#keep(answer)
    this.#setUser(answer.user)
    return answer.user
  }

  /** Takes a changed profile. */
  setUser(user: Me): void {
    if (this.#user?.id === user.id) this.#setUser(user)
  }

  /** One renewal at a time, in this and all other tabs. */
  refresh(): Promise<Me> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async restore(): Promise<Me | undefined> {
    if (this.#user) return this.#user
    if ((await this.#platform.storage.get(this.#key)) === undefined) return undefined
    try {
      return await this.refresh()
    } catch (error) {
      if (isReject(error, 'unauthorized')) return undefined
      throw error
    }
  }

  /**
   * Forgets the session on this device at once. Gives the newest refresh token, for the server to forget
   * it too: a renewal under way is waited for, or it would leave a living one behind.
   */
  async forget(): Promise<string | undefined> {
    this.#generation++
    this.#access = undefined
    this.#setUser(undefined)
    const stored = await this.#platform.storage.get(this.#key)
    await this.#platform.storage.remove(this.#key)
    await this.#refreshing?.catch(() => {})
    const newest = this.#orphan ?? stored
    this.#orphan = undefined
    return this.mode === 'token' ? newest : undefined
  }

  async #token(asker: string | undefined): Promise<string | undefined> {
    if (!this.#access) return undefined
    if (this.#access.until - this.#platform.now() < renewBeforeMs) await this.refresh()
    return this.#tokenOf(asker)
  }

  /** A renewal brings whoever signed in last, in any tab: what one user asked is not done as another. */
  #tokenOf(asker: string | undefined): string | undefined {
    if (asker !== undefined && this.#access && this.#access.user !== asker) throw signedOut()
    return this.#access?.token
  }

  #refresh(): Promise<Me> {
    const exclusive = this.#platform.exclusive?.bind(this.#platform)
    return exclusive ? exclusive(this.#key, () => this.#renew()) : this.#renew()
  }

  /** The refresh token works once, so the newest one is read inside the lock. */
  async #renew(): Promise<Me> {
    const generation = this.#generation
    const stored = await this.#platform.storage.get(this.#key)
    try {
      if (stored === undefined) throw signedOut()
      const answer = await this.#exchange(stored)
      if (generation !== this.#generation) {
        this.#orphan = answer.refreshToken
        throw signedOut()
      }
      await this.#keep(answer)
      this.#setUser(answer.user)
      return answer.user
    } catch (error) {
      if (!(error instanceof RejectError) || error.status !== 401) throw error
      if (generation === this.#generation) await this.#end()
      throw signedOut(error)
    }
  }

  async #end(): Promise<void> {
    this.#generation++
    this.#access = undefined
    await this.#platform.storage.remove(this.#key)
    this.#setUser(undefined)
  }

  async #exchange(stored: string): Promise<SessionAnswer> {
    const ask = (body: object): Promise<SessionAnswer> =>
      this.#http.call('/api/auth/refresh', {
        method: 'POST',
        body,
        cookies: this.mode === 'cookie',
      })
    if (this.mode === 'cookie') return ask({})
    try {
      return await ask({ refreshToken: stored })
    } catch (error) {
      // Without a lock another process may have used it just before; then the newer one is stored.
      const newer = await this.#platform.storage.get(this.#key)
      if (newer === undefined || newer === stored || !isStatus(error, 401)) throw error
      return ask({ refreshToken: newer })
    }
  }

  async #keep(answer: SessionAnswer): Promise<void> {
    this.#access = {
      user: answer.user.id,
      token: answer.accessToken,
      until: this.#platform.now() + answer.expiresIn * 1_000,
    }
    // In cookie mode only the fact is stored, so that guests need not ask on every page load.
    await this.#platform.storage.set(this.#key, answer.refreshToken ?? 'cookie')
  }

  #setUser(user: Me | undefined): void {
    if (user === this.#user) return
    this.#user = user
    this.#emitter.emit('user', user)
  }
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof RejectError && error.status === status
}

function signedOut(cause?: unknown): RejectError {
  return new RejectError('unauthorized', 'The session is over; sign in again.', {
    retry: 'login',
    status: 401,
    cause,
  })
}
