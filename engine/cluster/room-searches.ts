/** The search of this node for rooms that have no leader now: all who wait for one room look for it together. */

import type { RoomKey } from '../kernel/position.ts'
import type { Environment } from '../kernel/room-core.ts'
import { RoomError, roomLost } from '../kernel/room-error.ts'

export interface RoomSearchesOptions {
  readonly env: Pick<Environment, 'now' | 'after' | 'random'>
  /** For so long a room that moves is looked for, ms. */
  readonly patienceMs?: number
}

/** What another try may change. */
const passing: ReadonlySet<string> = new Set([
  'room.elsewhere',
  'room.lost',
  'node.silent',
  'node.fenced',
])
/** A pause is as long as half of the search so far, within these bounds; ms. */
const shortestPauseMs = 25
const longestPauseMs = 300
/** Nodes that wait for the end of one lease do not ask in the same instant, ms. */
const spreadMs = 20

interface Search {
  readonly since: number
  members: number
  /** What the room was refused with last. */
  refusal: RoomError | undefined
  pause: Promise<void> | undefined
  wake: () => void
  /** While nobody paused: the next pause is none. */
  woken: boolean
}

export class RoomSearches {
  readonly #options: RoomSearchesOptions
  readonly #rooms = new Map<RoomKey, Search>()

  constructor(options: RoomSearchesOptions) {
    this.#options = options
  }

  /** True while anybody here waits for the room. */
  has(room: RoomKey): boolean {
    return this.#rooms.has(room)
  }

  /** The room has a leader again, it seems: whoever waits asks now. */
  wake(room: RoomKey): void {
    const search = this.#rooms.get(room)
    if (search?.pause) search.wake()
    else if (search) search.woken = true
  }

  /**
   * Tries until nothing stands in the way that may pass; throws what does not, or `room.lost` after all
   * patience. Undefined where `giveUp` says of a refusal that it is no use to wait here. Who comes while
   * others pause does not try before them.
   */
  async persist<T>(
    room: RoomKey,
    attempt: () => Promise<T>,
    giveUp: (refusal: RoomError) => boolean = () => false,
  ): Promise<T | undefined> {
    const { env, patienceMs = 8_000 } = this.#options
    const until = env.now() + patienceMs
    let search = this.#rooms.get(room)?.pause && this.#join(room)
    try {
      if (search && giveUp(search.refusal!)) return undefined
      await search?.pause
      for (;;) {
        try {
          return await attempt()
        } catch (error) {
          if (!(error instanceof RoomError && passing.has(error.code))) throw error
          if (giveUp(error)) return undefined
          if (env.now() >= until) throw roomLost(error)
          search ??= this.#join(room)
          search.refusal = error
          await (search.pause ??= this.#pause(search, leaseOf(error)))
        }
      }
    } finally {
      if (search && !(search.members -= 1)) this.#rooms.delete(room)
    }
  }

  #join(room: RoomKey): Search {
    let search = this.#rooms.get(room)
    if (!search) {
      const since = this.#options.env.now()
      search = {
        since,
        members: 0,
        refusal: undefined,
        pause: undefined,
        wake: () => undefined,
        woken: false,
      }
      this.#rooms.set(room, search)
    }
    search.members += 1
    return search
  }

  /** Ends when the room is woken, when the former leader's lease is over, or after a while. */
  #pause(search: Search, leaseMs = Infinity): Promise<void> {
    const { now, after, random } = this.#options.env
    const half = (now() - search.since) / 2
    const own = Math.min(Math.max(half, shortestPauseMs), longestPauseMs) * (0.5 + random())
    const wait = leaseMs < own ? leaseMs + spreadMs * (0.25 + random()) : own
    const ms = search.woken ? 0 : wait
    search.woken = false
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        search.pause = undefined
        resolve()
      }
      const cancel = after(ms, end)
      search.wake = end
    })
  }
}

/** How long the lease of the room's leader still holds, as the journal said, ms. */
function leaseOf({ cause }: RoomError): number | undefined {
  const leaseMs = cause instanceof RoomError ? cause.data['leaseMs'] : undefined
  return typeof leaseMs === 'number' ? leaseMs : undefined
}
