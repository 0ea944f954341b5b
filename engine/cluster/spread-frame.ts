/** A room's frames on their way to its relays. */

import type { Lane } from '../kernel/feature.ts'

/** `ended`: the leader gives the room up; whoever follows looks for the next one. */
export type SpreadKind = Lane | 'ended'

export interface SpreadFrame {
  readonly epoch: number
  /** Counts the frames of one activation from 1: a relay sees by it that it missed one. */
  readonly count: number
  readonly kind: SpreadKind
  /** As the leader's own sockets get it. */
  readonly frame: Uint8Array
}

const kinds: readonly SpreadKind[] = ['must', 'should', 'may', 'ended']
const headBytes = 13

export function encodeSpread({ epoch, count, kind, frame }: SpreadFrame): Uint8Array {
  const bytes = new Uint8Array(headBytes + frame.length)
  const head = new DataView(bytes.buffer)
  head.setFloat64(0, epoch)
  head.setUint32(8, count)
  head.setUint8(12, kinds.indexOf(kind))
  bytes.set(frame, headBytes)
  return bytes
}

/** Undefined for what is no frame. */
export function decodeSpread(bytes: Uint8Array): SpreadFrame | undefined {
  if (bytes.length < headBytes) return undefined
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes)
  const kind = kinds[head.getUint8(12)]
  const epoch = head.getFloat64(0)
  if (!kind || !Number.isSafeInteger(epoch)) return undefined
  return { epoch, count: head.getUint32(8), kind, frame: bytes.subarray(headBytes) }
}

/** The channel of a room's frames. */
export function roomChannel(room: string): string {
  return `room:${room}`
}
