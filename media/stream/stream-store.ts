/** What the node writes down about its streams, and asks: keys, rows, recordings. */

import type { VideoCodec } from '../flv/media-packet.ts'
import type { Rates } from './meter.ts'

export interface StreamKey {
  readonly live: string
  readonly keyId: string
}

export interface StreamVideo {
  readonly codec: VideoCodec
  readonly width?: number
  readonly height?: number
  readonly fps?: number
}

export interface StreamHealth extends Rates {
  readonly video?: StreamVideo
  readonly audioCodec?: string
}

export interface Leftover extends StreamKey {
  readonly stream: string
}

export interface Recording {
  /** ms of play time. */
  readonly millis: number
  readonly bytes: number
  /** Folder below the node's recordings. */
  readonly path: string
}

/** `fenced`: the row belongs to another node by now, or has ended; this node must let go of it. */
export type Written = 'ok' | 'fenced'

/**
 * The stream rows of one node. Each change of state and its event for the rooms are one transaction.
 * Rejects when the database cannot be reached; then nothing is changed, or it is unknown.
 */
export interface StreamStore {
  verifyKey(key: string): Promise<StreamKey | undefined>
  /** @throws RoomError `stream.busy` when the live already has a stream somewhere */
  start(key: StreamKey, video: StreamVideo | undefined): Promise<string>
  interrupt(stream: string): Promise<Written>
  resume(stream: string): Promise<Written>
  end(stream: string, reason: string): Promise<Written>
  health(stream: string, health: StreamHealth): Promise<Written>
  /** Which of these streams shall stop, and why. */
  stopRequests(streams: readonly string[]): Promise<{ stream: string; reason: string }[]>
  /** Streams that a former process of this node left open; they are taken over as interrupted. */
  leftovers(): Promise<Leftover[]>
  /** Streams of this node that ended in the last week and have no recording. */
  unrecorded(): Promise<Leftover[]>
  /** Answers the recording's id. */
  addRecording(key: StreamKey, stream: string, recording: Recording): Promise<string>
  /** The folder of a recording of this node. */
  recordingPath(recording: string): Promise<string | undefined>
  /** Removes the rows of recordings made before and answers their paths. */
  expireRecordings(before: Date): Promise<string[]>
}
