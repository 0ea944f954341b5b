/** A stream store in memory, with its log open to tests and faults on demand. */

import { randomUUID } from 'node:crypto'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type {
  Leftover,
  Recording,
  StreamHealth,
  StreamKey,
  StreamStore,
  StreamVideo,
  Written,
} from '../stream/stream-store.ts'

interface Row {
  key: StreamKey
  state: 'live' | 'interrupted' | 'ended'
  health?: StreamHealth
  stop?: string
}

export class MemoryStreamStore implements StreamStore {
  readonly keys = new Map<string, StreamKey>()
  readonly rows = new Map<string, Row>()
  readonly recordings = new Map<string, Recording & { stream: string; at: Date }>()
  /** `<event> <stream>` in the order of writing, e.g. `stream.started 1f…`. */
  readonly log: string[] = []
  /** Runs before every call; throws to play a database that is gone. */
  fault: (call: string) => void | Promise<void> = () => {}

  addKey(key: string, live: string): StreamKey {
    const known = { live, keyId: randomUUID() }
    this.keys.set(key, known)
    return known
  }

  /** Asks a stream to stop, as the server does. */
  requestStop(stream: string, reason: string): void {
    this.rows.get(stream)!.stop = reason
  }

  async verifyKey(key: string): Promise<StreamKey | undefined> {
    await this.fault('verifyKey')
    return this.keys.get(key)
  }

  async start(key: StreamKey, _video: StreamVideo | undefined): Promise<string> {
    await this.fault('start')
    const busy = [...this.rows.values()].some(
      (row) => row.key.live === key.live && row.state !== 'ended',
    )
    if (busy) throw new RoomError('stream.busy', 'The live has a stream already.')
    const id = randomUUID()
    this.rows.set(id, { key, state: 'live' })
    this.log.push(`stream.started ${id}`)
    return id
  }

  async interrupt(stream: string): Promise<Written> {
    return this.#move(stream, 'interrupted', 'stream.interrupted')
  }

  async resume(stream: string): Promise<Written> {
    return this.#move(stream, 'live', 'stream.resumed')
  }

  async end(stream: string, reason: string): Promise<Written> {
    return this.#move(stream, 'ended', `stream.ended:${reason}`)
  }

  async health(stream: string, health: StreamHealth): Promise<Written> {
    await this.fault('health')
    const row = this.rows.get(stream)
    if (!row || row.state === 'ended') return 'fenced'
    row.health = health
    return 'ok'
  }

  async stopRequests(streams: readonly string[]): Promise<{ stream: string; reason: string }[]> {
    await this.fault('stopRequests')
    return streams.flatMap((stream) => {
      const reason = this.rows.get(stream)?.stop
      return reason === undefined ? [] : [{ stream, reason }]
    })
  }

  async leftovers(): Promise<Leftover[]> {
    await this.fault('leftovers')
    const open = [...this.rows].filter(([, row]) => row.state !== 'ended')
    for (const [, row] of open) row.state = 'interrupted'
    return open.map(([stream, row]) => ({ stream, ...row.key }))
  }

  async unrecorded(): Promise<Leftover[]> {
    await this.fault('unrecorded')
    const recorded = new Set([...this.recordings.values()].map(({ stream }) => stream))
    const ended = [...this.rows].filter(
      ([stream, row]) => row.state === 'ended' && !recorded.has(stream),
    )
    return ended.map(([stream, row]) => ({ stream, ...row.key }))
  }

  async addRecording(_key: StreamKey, stream: string, recording: Recording): Promise<string> {
    await this.fault('addRecording')
    const id = randomUUID()
    this.recordings.set(id, { ...recording, stream, at: new Date() })
    this.log.push(`recording.ready ${stream}`)
    return id
  }

  async recordingPath(recording: string): Promise<string | undefined> {
    await this.fault('recordingPath')
    return this.recordings.get(recording)?.path
  }

  async expireRecordings(before: Date): Promise<string[]> {
    await this.fault('expireRecordings')
    const old = [...this.recordings].filter(([, { at }]) => at < before)
    for (const [id] of old) this.recordings.delete(id)
    return old.map(([, { path }]) => path)
  }

  async #move(stream: string, state: Row['state'], event: string): Promise<Written> {
    await this.fault(event)
    const row = this.rows.get(stream)
    if (!row || row.state === 'ended') return 'fenced'
    row.state = state
    this.log.push(`${event} ${stream}`)
    return 'ok'
  }
}
