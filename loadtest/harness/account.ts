/** People of a run: accounts made for it, who sit in rooms, pay, and read their books. */

import { randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { AuthApi } from '../../sdk/auth-api.ts'
import { Http, type HttpCall } from '../../sdk/http.ts'
import { defaultPlatform } from '../../sdk/platform/default.ts'
import { isReject } from '../../sdk/reject-error.ts'
import { Session } from '../../sdk/session.ts'
import type { LiveCard, Playback, TopUp, Wallet, WalletEntry, WalletPage } from '../../sdk/types.ts'
import { patiently, payAtCheckout } from '../bots/account.ts'

const mostTries = 5
/** Coins of one visit to the checkout. */
const mostCoins = 100_000

export class Account {
  readonly id: string
  readonly name: string
  readonly #endpoint: string
  readonly #session: Session

  private constructor(endpoint: string, session: Session) {
    this.#endpoint = endpoint
    this.#session = session
    this.id = session.user!.id
    this.name = session.user!.name
  }

  /** Rejects with RejectError, after as many tries as a server that is busy asks for. */
  static async register(endpoint: string, name: string): Promise<Account> {
    const platform = defaultPlatform()
    const http = new Http(platform, endpoint)
    const session = new Session(platform, http, 'token')
    const password = randomBytes(18).toString('base64url')
    const auth = new AuthApi(http, session)
    // A name that was taken by a call without an answer is left to it.
    await steadily((tries) =>
      patiently(() => auth.register({ name: tries ? `${name}_${tries}` : name, password })),
    )
    return new Account(endpoint, session)
  }

  /** Where a socket in the room is opened, once and within 30 s. */
  async seat(room: string): Promise<string> {
    const path = `/api/rooms/${room}/seat`
    return (await this.#call<{ socketUrl: string }>(path, post({}))).socketUrl
  }

  wallet(): Promise<Wallet> {
    return this.#call('/api/wallet')
  }

  /** The newest `most` lines of the own statement; fewer where there are fewer. */
  async statement(most: number): Promise<WalletEntry[]> {
    const entries: WalletEntry[] = []
    for (let cursor: string | undefined; entries.length < most;) {
      const query = { cursor, limit: 100 }
      const page = await this.#call<WalletPage>('/api/wallet/entries', { query })
      entries.push(...page.items)
      if (page.next === undefined) break
      cursor = page.next
    }
    return entries
  }

  /** Buys coins with the sandbox's play money; rejects where the platform has no sandbox. */
  async buy(coins: number): Promise<void> {
    for (let left = coins; left > 0; left -= mostCoins) {
      const order = { id: uuidv7(), coins: Math.max(10, Math.min(left, mostCoins)) }
      const body = { ...order, provider: 'sandbox' }
      const { checkoutUrl } = await this.#call<TopUp>('/api/wallet/topups', post(body))
      await steadily(() => payAtCheckout(new URL(checkoutUrl, this.#endpoint)))
    }
  }

  createLive(title: string): Promise<LiveCard> {
    return this.#call('/api/live', post({ title, category: 'music' }))
  }

  live(id: string): Promise<LiveCard> {
    return this.#call(`/api/live/${id}`)
  }

  /** The address that an encoder publishes to, key included. */
  async publishUrl(id: string): Promise<string> {
    const path = `/api/live/${id}/key`
    const { rtmpUrl, key } = await this.#call<{ rtmpUrl: string; key: string }>(path, post({}))
    return `${rtmpUrl}/${key}`
  }

  playback(id: string): Promise<Playback> {
    return this.#call(`/api/live/${id}/playback`)
  }

  /** All that is asked here may be asked twice. */
  #call<T>(path: string, how?: HttpCall): Promise<T> {
    return steadily(() => this.#session.call<T>(path, how))
  }
}

/** A seat of somebody who is not signed in. */
export async function guestSeat(endpoint: string, room: string): Promise<string> {
  const http = new Http(defaultPlatform(), endpoint)
  const path = `/api/rooms/${room}/seat`
  return (await steadily(() => http.call<{ socketUrl: string }>(path, post({})))).socketUrl
}

/** Asks again where the network failed: a server closes idle connections in the moment of their use. */
async function steadily<T>(call: (tries: number) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call(tries)
    } catch (error) {
      if (tries === mostTries || !isReject(error, 'offline')) throw error
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** tries))
    }
  }
}

function post(body: unknown) {
  return { method: 'POST', body } as const
}
