/** The streams of one media node: each change of state and its message for the rooms in one transaction. */

import { sql } from 'kysely'
import { uuidv7 } from 'uuidv7'
import { RoomError } from '../engine/kernel/room-error.ts'
import { put } from './outbox.store.ts'
import { endAbandoned, streamSilenceMs } from './abandoned-streams.ts'
import type { StreamState } from './streams.store.ts'
import type { Db, Tx } from './tables.ts'

/** `fenced`: the row has ended, or belongs to another process by now; this one must let go of it. */
export type StreamWrite = 'ok' | 'fenced'

export interface MediaNode {
  readonly node: string
  /** Of this process. */
  readonly incarnation: string
  /** Where other nodes reach it. */
  readonly address?: string
}

export interface NewRecording {
  readonly live: string
  readonly stream: string
  /** Relative to the node's recordings. */
  readonly path: string
  /** Play time. */
  readonly seconds: number
  readonly bytes: number
}

/** All methods reject when the database cannot be reached: then nothing is changed, or it is unknown. */
export class NodeStreams {
  readonly #db: Db
  readonly #node: MediaNode

  constructor(db: Db, node: MediaNode) {
    this.#db = db
    this.#node = node
  }

  /**
   * Puts a live room on air; returns the new stream's id. Throws RoomError `stream.busy` while the room
   * is on air elsewhere, and `stream.key` when the key was revoked meanwhile.
   */
  async start(key: { live: string; keyId: string }, video?: object): Promise<string> {
    const stream = uuidv7()
    const { live, keyId } = key
    await endAbandoned(this.#db, streamSilenceMs, live)
    try {
      await this.#db.transaction().execute(async (tx) => {
        const { rows } = await sql<{ at: Date }>`
          insert into stream (id, live, key_id, node, incarnation, address, state, started_at, health_at, video)
          select ${stream}, live, id, ${this.#node.node}, ${this.#node.incarnation},
            ${this.#node.address ?? ''}, 'live', now(), now(), ${video ? JSON.stringify(video) : null}::jsonb
          from stream_key where id = ${keyId} and live = ${live} and revoked_at is null
          for share
          returning started_at as at`.execute(tx)
        if (!rows[0]) throw new RoomError('stream.key', 'This stream key no longer works.')
        await this.#tell(tx, 'started', live, stream, rows[0].at, video && { video })
      })
    } catch (error) {
      if ((error as { constraint?: string }).constraint !== 'stream_on_air') throw error
      throw new RoomError(
        'stream.busy',
        'This room is on air already; stop the other stream first.',
        {
          retry: 'retry',
          data: { live },
        },
      )
    }
    return stream
  }

  /** The publisher went away and may come back. */
  interrupt(stream: string): Promise<StreamWrite> {
    return this.#move(stream, 'interrupted', ['live'])
  }

  resume(stream: string): Promise<StreamWrite> {
    return this.#move(stream, 'live', ['interrupted'])
  }

  end(stream: string, reason: string): Promise<StreamWrite> {
    return this.#move(stream, 'ended', ['live', 'interrupted'], reason)
  }

  /** Keeps the latest figures; also what tells others that the node lives. Call it every few seconds. */
  async health(stream: string, health: object): Promise<StreamWrite> {
    const { rows } = await sql`
      update stream set health = ${JSON.stringify(health)}::jsonb, health_at = now()
      where id = ${stream} and incarnation = ${this.#node.incarnation} and state <> 'ended'
      returning 1`.execute(this.#db)
    return rows.length ? 'ok' : 'fenced'
  }

  /** Which of these streams shall stop, and why. */
  async stopRequests(streams: readonly string[]): Promise<{ stream: string; reason: string }[]> {
    if (!streams.length) return []
    const { rows } = await sql<{ stream: string; reason: string }>`
      select id as stream, stop_requested as reason from stream
      where id = any(${[...streams]}::text[]) and stop_requested is not null and state <> 'ended'`.execute(
      this.#db,
    )
    return rows
  }

  /** Takes over, as interrupted, what a former process of this node left on air. */
  async leftovers(): Promise<{ stream: string; live: string; keyId: string }[]> {
    const { node, incarnation, address = '' } = this.#node
    return this.#db.transaction().execute(async (tx) => {
      const { rows } = await sql<{
        stream: string
        live: string
        keyId: string
        was: StreamState
        at: Date
      }>`
        with old as (
          select id, state from stream
          where node = ${node} and incarnation <> ${incarnation} and state <> 'ended' for update
        )
        update stream s
        set incarnation = ${incarnation}, address = ${address}, state = 'interrupted', health_at = now(),
            interrupted_at = coalesce(s.interrupted_at, now())
        from old where s.id = old.id
        returning s.id as stream, s.live, s.key_id as "keyId", old.state as was, now() as at`.execute(
        tx,
      )
      for (const { stream, live, was, at } of rows)
        if (was === 'live') await this.#tell(tx, 'interrupted', live, stream, at)
      return rows.map(({ stream, live, keyId }) => ({ stream, live, keyId }))
    })
  }

  /** Returns the recording's id. */
  async addRecording({ live, stream, path, seconds, bytes }: NewRecording): Promise<string> {
    const recording = uuidv7()
    await this.#db.transaction().execute(async (tx) => {
      await sql`insert into recording (id, live, stream, path, seconds, bytes)
        values (${recording}, ${live}, ${stream}, ${path}, ${seconds}, ${bytes})`.execute(tx)
      const payload = { live, stream, recording, seconds, bytes }
      await put(tx, [{ topic: 'recording.ready', key: live, payload }])
    })
    return recording
  }

  /** Forgets this node's recordings made before, and returns their paths so that the files can go. */
  async expireRecordings(before: Date): Promise<string[]> {
    const { rows } = await sql<{ path: string }>`
      delete from recording r using stream s
      where s.id = r.stream and s.node = ${this.#node.node} and r.created_at < ${before}
      returning r.path`.execute(this.#db)
    return rows.map(({ path }) => path)
  }

  #move(
    stream: string,
    to: StreamState,
    from: readonly StreamState[],
    reason?: string,
  ): Promise<StreamWrite> {
    return this.#db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ live: string; at: Date }>`
        update stream set state = ${to}, reason = ${reason ?? null},
          interrupted_at = case when ${to} = 'interrupted' then now()
            when ${to} = 'live' then null else interrupted_at end,
          ended_at = case when ${to} = 'ended' then now() end
        where id = ${stream} and incarnation = ${this.#node.incarnation} and state = any(${[...from]}::text[])
        returning live, now() as at`.execute(tx)
      if (!rows[0]) return (await this.#alreadyThere(tx, stream, to)) ? 'ok' : 'fenced'
      const topic = to === 'live' ? 'resumed' : to
      await this.#tell(
        tx,
        topic,
        rows[0].live,
        stream,
        rows[0].at,
        reason !== undefined && { reason },
      )
      return 'ok'
    })
  }

  /** A repetition, after an outcome that was unknown. */
  async #alreadyThere(tx: Tx, stream: string, state: StreamState): Promise<boolean> {
    const row = await tx
      .selectFrom('stream')
      .select('id')
      .where('id', '=', stream)
      .where('state', '=', state)
      .where('incarnation', '=', this.#node.incarnation)
      .executeTakeFirst()
    return row !== undefined
  }

  #tell(
    tx: Tx,
    what: string,
    live: string,
    stream: string,
    at: Date,
    more?: object | false,
  ): Promise<void> {
    const payload = { live, stream, at: at.getTime(), ...more }
    return put(tx, [{ topic: `stream.${what}`, key: live, payload }])
  }
}
