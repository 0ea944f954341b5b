/** Remembers for a second who a session belongs to. */

import type { Soon } from '../../engine/kernel/soon.ts'

/** How long a session that another node ended may still be taken for a live one. */
export const sessionStaleMs = 1000

const mostKept = 20_000
/** Sessions of one query. */
const mostTogether = 1_000

/**
 * Asks `find` at most once a second for a session. One load at a time, of all sessions that are asked for
 * meanwhile: a crowd that comes back at once costs a few queries, not one a head.
 */
export class SessionCache<User> {
  readonly #find: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, User>>
  readonly #now: () => number
  readonly #kept = new Map<string, { readonly at: number; user: Soon<User | undefined> }>()

  #waiting = new Map<string, PromiseWithResolvers<User | undefined>>()
  #loading = false

  constructor(
    find: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, User>>,
    now: () => number,
  ) {
    this.#find = find
    this.#now = now
  }

  get(sessionId: string): Soon<User | undefined> {
    const now = this.#now()
    const kept = this.#kept.get(sessionId)
    return kept && now - kept.at < sessionStaleMs ? kept.user : this.#load(sessionId, now)
  }

  #load(sessionId: string, at: number): Promise<User | undefined> {
    const user = this.#ask(sessionId)
    const kept: { at: number; user: Soon<User | undefined> } = { at, user }
    this.#kept.delete(sessionId)
    this.#kept.set(sessionId, kept)
    user.then(
      (loaded) => (kept.user = loaded),
      () => this.forget(sessionId),
    )
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!)
    return user
  }

  #ask(sessionId: string): Promise<User | undefined> {
    let waiting = this.#waiting.get(sessionId)
    if (!waiting) this.#waiting.set(sessionId, (waiting = Promise.withResolvers()))
    if (!this.#loading) void this.#run()
    return waiting.promise
  }

  async #run(): Promise<void> {
    this.#loading = true
    while (this.#waiting.size) {
      await undefined // all that arrived in this turn
      const asked = [...this.#waiting].slice(0, mostTogether)
      for (const [id] of asked) this.#waiting.delete(id)
      try {
        const users = await this.#find(asked.map(([id]) => id))
        for (const [id, { resolve }] of asked) resolve(users.get(id))
      } catch (error) {
        for (const [, { reject }] of asked) reject(error)
      }
    }
    this.#loading = false
  }

  forget(sessionId: string): void {
    this.#kept.delete(sessionId)
  }

  clear(): void {
    this.#kept.clear()
  }
}
