/** Live rooms over HTTP, and the way into one. */

import type { CallOptions, JoinOptions, Live } from './client.ts'
import type { Endpoints } from './endpoints.ts'
import { aborted } from './http.ts'
import { LiveRoom } from './live-room.ts'
import type { Platform } from './platform.ts'
import { isReject, RejectError } from './reject-error.ts'
import type { Seat } from './room-connection.ts'
import type { Session } from './session.ts'
import type { Category, LiveCard, LiveInput, LivePage, MyLive, Playback, Replay } from './types.ts'

export class LiveApi implements Live {
  readonly #platform: Platform
  readonly #session: Session
  readonly #endpoints: Pick<Endpoints, 'learn'>
  readonly #rooms = new Set<LiveRoom>()

  constructor(platform: Platform, session: Session, endpoints: Pick<Endpoints, 'learn'>) {
    this.#platform = platform
    this.#session = session
    this.#endpoints = endpoints
  }

  categories(options: CallOptions = {}): Promise<readonly Category[]> {
    return this.#session.call('/api/categories', options)
  }

  list(
    query: { category?: string; q?: string; cursor?: string; limit?: number } = {},
    options: CallOptions = {},
  ): Promise<LivePage> {
    return this.#session.call('/api/live', { ...options, query })
  }

  get(id: string, options: CallOptions = {}): Promise<LiveCard> {
    return this.#session.call(livePath(id), options)
  }

  async mine(options: CallOptions = {}): Promise<MyLive | undefined> {
    try {
      return await this.#session.call<MyLive>('/api/live/mine', options)
    } catch (error) {
      if (isReject(error) && error.status === 404) return undefined
      throw error
    }
  }

  create(input: LiveInput): Promise<LiveCard> {
    return this.#session.call('/api/live', { method: 'POST', body: input })
  }

  update(id: string, patch: Partial<LiveInput>): Promise<LiveCard> {
    return this.#session.call(livePath(id), { method: 'PATCH', body: patch })
  }

  rotateKey(id: string): Promise<{ rtmpUrl: string; key: string }> {
    return this.#session.call(livePath(id, 'key'), { method: 'POST', body: {} })
  }

  playback(id: string, options: CallOptions = {}): Promise<Playback> {
    return this.#session.call(livePath(id, 'playback'), options)
  }

  replays(id: string, options: CallOptions = {}): Promise<readonly Replay[]> {
    return this.#session.call(livePath(id, 'replays'), options)
  }

  replay(id: string, options: CallOptions = {}): Promise<Replay & { hls: string }> {
    return this.#session.call(`/api/replays/${encodeURIComponent(id)}`, options)
  }

  join(id: string, options: JoinOptions = {}): Promise<LiveRoom> {
    return this.enter(id, () => this.#seat(`live_${id}`), options)
  }

  /** As `join`, with seats of the caller's choice. */
  enter(
    id: string,
    seat: () => Promise<Seat>,
    { signal, timeoutMs = 15_000 }: JoinOptions = {},
  ): Promise<LiveRoom> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted())
      const abort = (): void => fail(aborted())
      const cancel = this.#platform.after(timeoutMs, () =>
        fail(new RejectError('offline', 'The room cannot be reached.', { retry: 'retry' })),
      )
      const settled = (): void => {
        cancel()
        signal?.removeEventListener('abort', abort)
      }
      const fail = (error: RejectError): void => {
        settled()
        room.leave()
        reject(error)
      }
      signal?.addEventListener('abort', abort)
      const room = new LiveRoom(
        this.#platform,
        id,
        async (renew) => {
          if (renew && this.#session.user) await this.#session.refresh().catch(() => {})
          return seat()
        },
        (error) => {
          if (error) return fail(error)
          settled()
          resolve(room)
        },
      )
      this.#rooms.add(room)
      room.on('closed', () => this.#rooms.delete(room))
    })
  }

  /** Leaves every room. */
  close(): void {
    for (const room of this.#rooms) room.leave()
  }

  async #seat(key: string): Promise<Seat> {
    const path = `/api/rooms/${encodeURIComponent(key)}/seat`
    const { nodes = [], ...seat } = await this.#session.call<Seat & { nodes?: string[] }>(path, {
      method: 'POST',
      body: {},
      repeatable: true, // one that nobody takes runs out
    })
    this.#endpoints.learn(nodes)
    return seat
  }
}

function livePath(id: string, rest?: string): string {
  return `/api/live/${encodeURIComponent(id)}${rest ? `/${rest}` : ''}`
}
