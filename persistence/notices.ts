/** LISTEN on one connection for the whole process, which comes back by itself. */

import type pg from 'pg'

const firstPauseMs = 200
const longestPauseMs = 5_000

type Listener = (payload: string) => void

/**
 * NOTIFY is a hint: what happens while the connection is down is not heard. So every listener is also
 * called, with an empty payload, whenever the connection has come back.
 */
export class Notices {
  readonly #connect: () => Promise<pg.Client>
  readonly #listeners = new Map<string, Set<Listener>>()
  #client: Promise<pg.Client> | undefined
  #retry: NodeJS.Timeout | undefined
  #pauseMs = firstPauseMs
  #closed = false

  constructor(connect: () => Promise<pg.Client>) {
    this.#connect = connect
  }

  /** Resolves when listening. The result ends it. */
  async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
    if (!/^[a-z_]{1,60}$/.test(channel)) throw new TypeError(`not a channel name: ${channel}`)
    const first = !this.#listeners.has(channel)
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    if (!this.#client) await (this.#client = this.#open())
    else if (first) await (await this.#client).query(`listen ${channel}`)
    return async () => void listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    const client = await this.#client?.catch(() => undefined)
    this.#listeners.clear()
    await client?.end()
  }

  async #open(): Promise<pg.Client> {
    const client = await this.#connect()
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''))
    client.on('error', () => undefined) // 'end' follows
    await client.connect()
    client.on('end', () => this.#reopenLater())
    for (const channel of this.#listeners.keys()) await client.query(`listen ${channel}`)
    this.#pauseMs = firstPauseMs
    return client
  }

  #reopenLater(): void {
    if (this.#closed) return
    this.#retry = setTimeout(() => {
      this.#client = this.#open()
      this.#client.then(
        () => this.#tellAll(),
        () => this.#reopenLater(),
      )
    }, this.#pauseMs)
    this.#retry.unref()
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }

  #tell(channel: string, payload: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload)
  }

  #tellAll(): void {
    for (const channel of this.#listeners.keys()) this.#tell(channel, '')
  }
}
