/** Accounts: signing in and out, sessions, password. */

import type { Auth, CallOptions, Unsubscribe } from './client.ts'
import type { Http } from './http.ts'
import type { Session, SessionAnswer } from './session.ts'
import type { Me, SessionInfo } from './types.ts'

export class AuthApi implements Auth {
  readonly #http: Http
  readonly #session: Session

  constructor(http: Http, session: Session) {
    this.#http = http
    this.#session = session
  }

  get user(): Me | undefined {
    return this.#session.user
  }

  on(_event: 'user', fn: (user: Me | undefined) => void): Unsubscribe {
    return this.#session.on(fn)
  }

  register(input: { name: string; password: string; displayName?: string }): Promise<Me> {
    return this.#enter('/api/auth/register', input)
  }

  login(input: { name: string; password: string }): Promise<Me> {
    return this.#enter('/api/auth/login', input)
  }

  firstAdmin(input: { token: string; name: string; password: string }): Promise<Me> {
    return this.#enter('/api/auth/first-admin', input)
  }

  refresh(): Promise<Me> {
    return this.#session.refresh()
  }

  restore(): Promise<Me | undefined> {
    return this.#session.restore()
  }

  /** Signs out on this device even where the server cannot be told. */
  async logout(): Promise<void> {
    const refreshToken = await this.#session.forget()
    await this.#http
      .call('/api/auth/logout', {
        method: 'POST',
        body: refreshToken === undefined ? {} : { refreshToken },
        cookies: this.#session.mode === 'cookie',
      })
      .catch(() => {})
  }

  sessions(options: CallOptions = {}): Promise<readonly SessionInfo[]> {
    return this.#session.call('/api/auth/sessions', options)
  }

  revoke(id: string): Promise<void> {
    return this.#session.call(`/api/auth/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  changePassword(input: { current: string; next: string; endOthers: boolean }): Promise<void> {
    return this.#session.call('/api/auth/password', { method: 'POST', body: input })
  }

  async #enter(path: string, input: object): Promise<Me> {
    const answer = await this.#http.call<SessionAnswer>(path, {
      method: 'POST',
      body: { ...input, session: this.#session.mode },
      cookies: this.#session.mode === 'cookie',
    })
    return this.#session.adopt(answer)
  }
}
