/** Counts who is in a room, on this node, for the room's own `audience.report`. */

import { isUnseen, type Asker } from '../kernel/context.ts'

export interface AudienceReport {
  /** Distinct viewers; a user with two devices counts once. */
  readonly count: number
  /** The newest arrivals that have a name, at most three. */
  readonly joined: readonly { readonly id: string; readonly name: string }[]
  /** Arrivals since the last report; guests are not announced. */
  readonly joinedCount: number
}

const namedArrivals = 3

export class Audience {
  readonly #sockets = new Map<string, number>()
  #joined: { id: string; name: string }[] = []
  #joinedCount = 0
  #reported: number | undefined

  get count(): number {
    return this.#sockets.size
  }

  /** `returning`: came back after a drop, which is no arrival. */
  entered(asker: Asker, returning: boolean): void {
    if (isUnseen(asker)) return
    const sockets = this.#sockets.get(asker.id) ?? 0
    this.#sockets.set(asker.id, sockets + 1)
    if (sockets || returning || asker.roles.includes('guest')) return
    this.#joinedCount += 1
    this.#joined.push({ id: asker.id, name: asker.name })
    if (this.#joined.length > namedArrivals) this.#joined.shift()
  }

  left(asker: Asker): void {
    if (isUnseen(asker)) return
    const sockets = (this.#sockets.get(asker.id) ?? 0) - 1
    if (sockets > 0) this.#sockets.set(asker.id, sockets)
    else this.#sockets.delete(asker.id)
  }

  /** What is new since the last report; undefined where nothing is. */
  report(): AudienceReport | undefined {
    const count = this.#sockets.size
    if (count === this.#reported && !this.#joinedCount) return undefined
    const report = { count, joined: this.#joined, joinedCount: this.#joinedCount }
    this.#reported = count
    this.#joined = []
    this.#joinedCount = 0
    return report
  }

  /** The room lost what it was told: report again. */
  forget(): void {
    this.#reported = undefined
  }
}
