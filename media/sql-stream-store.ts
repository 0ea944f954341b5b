/** The stream store in the platform's database. */

import { sql } from 'kysely'
import type { Db } from '../persistence/tables.ts'
import { NodeStreams, recording, verifyKey, type MediaNode } from '../persistence/streams.ts'
import type {
  Leftover,
  Recording,
  StreamHealth,
  StreamKey,
  StreamStore,
  StreamVideo,
  Written,
} from './stream/stream-store.ts'

export class SqlStreamStore implements StreamStore {
  readonly #db: Db
  readonly #node: string
  readonly #streams: NodeStreams

  constructor(db: Db, node: MediaNode) {
    this.#db = db
    this.#node = node.node
    this.#streams = new NodeStreams(db, node)
  }

  verifyKey(key: string): Promise<StreamKey | undefined> {
    return verifyKey(this.#db, key)
  }

  start(key: StreamKey, video: StreamVideo | undefined): Promise<string> {
    return this.#streams.start(key, video)
  }

  interrupt(stream: string): Promise<Written> {
    return this.#streams.interrupt(stream)
  }

  resume(stream: string): Promise<Written> {
    return this.#streams.resume(stream)
  }

  end(stream: string, reason: string): Promise<Written> {
    return this.#streams.end(stream, reason)
  }

  health(stream: string, { kbps, ...health }: StreamHealth): Promise<Written> {
    return this.#streams.health(stream, { bitrate: kbps, ...health })
  }

  stopRequests(streams: readonly string[]): Promise<{ stream: string; reason: string }[]> {
    return this.#streams.stopRequests(streams)
  }

  leftovers(): Promise<Leftover[]> {
    return this.#streams.leftovers()
  }

  async unrecorded(): Promise<Leftover[]> {
    const { rows } = await sql<Leftover>`
      select s.id as stream, s.live, s.key_id as "keyId" from stream s
      where s.node = ${this.#node} and s.state = 'ended' and s.ended_at > now() - interval '7 days'
        and not exists (select 1 from recording r where r.stream = s.id)`.execute(this.#db)
    return rows
  }

  /** A stream has one recording: after a write whose outcome was unknown, the one that is there. */
  async addRecording(key: StreamKey, stream: string, made: Recording): Promise<string> {
    const there = await this.#db
      .selectFrom('recording')
      .select('id')
      .where('stream', '=', stream)
      .executeTakeFirst()
    if (there) return there.id
    const { millis, bytes, path } = made
    const { live } = key
    return this.#streams.addRecording({ live, stream, path, bytes, seconds: millis / 1000 })
  }

  async recordingPath(id: string): Promise<string | undefined> {
    return (await recording(this.#db, id))?.path
  }

  expireRecordings(before: Date): Promise<string[]> {
    return this.#streams.expireRecordings(before)
  }
}
