/** One stay in a live room: joins with the first subscriber, leaves with the last. */

import type { Client, LiveRoom, RoomStatus } from '../client.ts'
import { isReject, RejectError } from '../reject-error.ts'

export interface UseLive {
  /** Undefined until the first view is there, and where the room refused. */
  readonly room: LiveRoom | undefined
  readonly status: RoomStatus
  readonly retryInMs: number | undefined
  /** Why there is no room, or why it was closed. */
  readonly error: RejectError | undefined
}

const connecting: UseLive = {
  room: undefined,
  status: 'connecting',
  retryInMs: undefined,
  error: undefined,
}

export class LiveStay {
  /** As whom: a stay belongs to one user, for the room knows who sits on its socket. */
  readonly userId: string | undefined
  readonly #client: Client
  readonly #id: string | undefined
  readonly #listeners = new Set<() => void>()
  #state: UseLive = connecting
  #leave = (): void => {}

  constructor(client: Client, id: string | undefined, userId: string | undefined) {
    this.#client = client
    this.#id = id
    this.userId = userId
  }

  readonly subscribe = (changed: () => void): (() => void) => {
    // A wrapper of its own per subscriber, so that one function may come twice.
    const listener = (): void => changed()
    this.#listeners.add(listener)
    if (this.#listeners.size === 1 && this.#id !== undefined) this.#join(this.#id)
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#leave()
    }
  }

  readonly read = (): UseLive => this.#state

  #join(id: string): void {
    const abort = new AbortController()
    this.#leave = () => {
      abort.abort()
      const { room } = this.#state
      this.#state = connecting
      room?.leave()
    }
    this.#client.live.join(id, { signal: abort.signal }).then(
      (joined) => {
        if (abort.signal.aborted) return joined.leave()
        this.#follow(joined)
      },
      (error) => {
        if (abort.signal.aborted) return
        // Whoever looks at the page waits for the room, as after a lost connection.
        if (isReject(error, 'offline')) return this.#join(id)
        this.#set({ ...connecting, status: 'closed', error: asReject(error) })
      },
    )
  }

  #follow(room: LiveRoom): void {
    const follow = (error?: RejectError): void =>
      this.#set({ room, status: room.status, retryInMs: room.retryInMs, error })
    const stops = [
      room.on('status', () => follow()),
      room.on('closed', ({ reason }) => follow(new RejectError(reason, 'The room ended it.'))),
    ]
    const leave = this.#leave
    this.#leave = () => {
      for (const stop of stops) stop()
      leave()
    }
    follow()
  }

  #set(state: UseLive): void {
    this.#state = state
    for (const changed of this.#listeners) changed()
  }
}

function asReject(error: unknown): RejectError {
  return isReject(error) ? error : new RejectError('internal', String(error), { cause: error })
}
