/** Keeps the directory of live rooms up to date from what the rooms tell through the outbox. */

import { requestStop, streamOf } from '../../persistence/streams.ts'
import type { Db } from '../../persistence/tables.ts'
import type { ChannelStatus } from './channels.protocol.ts'
import { setViewers, updateLive, type LiveRoomTable } from './channels.store.ts'

/** An outbox row; events of rooms have their type as topic. */
interface Message {
  readonly topic: string
  readonly payload: {
    readonly room: string
    readonly seq: number
    readonly at: number
    readonly data: any
  }
}

export class ChannelProjector {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** For the OutboxConsumer. Repetitions and stragglers change nothing. */
  readonly handlers: Readonly<Record<string, (message: Message) => Promise<void>>> = {
    'live.': (message) => this.apply(message),
  }

  async apply({ topic, payload: { room, seq, data } }: Message): Promise<void> {
    const id = liveIdOf(room)
    if (id === undefined) return
    await updateLive(this.#db, id, { ...changeOf(topic, data), seq })
    if (topic === 'live.suspended' || isEndedByRoom(topic, data)) await this.#stop(id, topic, data)
  }

  /** The audience of rooms by key, as their leaders count it; others stay as they are. */
  async viewers(counts: ReadonlyMap<string, number>): Promise<void> {
    const byId = [...counts].flatMap(([room, count]) => {
      const id = liveIdOf(room)
      return id === undefined ? [] : [[id, Math.max(0, Math.trunc(count))] as const]
    })
    await setViewers(this.#db, new Map(byId))
  }

  // What the media node reported itself needs no stop; a stream that came after the end is another one.
  async #stop(id: string, reason: string, data: { stream?: string }): Promise<void> {
    const onAir = await streamOf(this.#db, id)
    if (onAir && (data.stream === undefined || data.stream === onAir.stream))
      await requestStop(this.#db, id, reason)
  }
}

function changeOf(type: string, data: any): Partial<LiveRoomTable> {
  if (type === 'live.changed')
    return { title: data.title, category: data.category, cover: data.cover ?? null }
  const status = data.status as ChannelStatus | undefined
  const change = status === undefined ? {} : { status }
  if (type === 'live.started') return { ...change, started_at: new Date(data.startedAt) }
  if (type === 'live.ended') return { ...change, started_at: null, viewers: 0 }
  return change
}

function isEndedByRoom(type: string, data: { reason?: string }): boolean {
  return type === 'live.ended' && (data.reason === 'host' || data.reason === 'limit')
}

function liveIdOf(room: string): string | undefined {
  return room.startsWith('live_') ? room.slice('live_'.length) : undefined
}
