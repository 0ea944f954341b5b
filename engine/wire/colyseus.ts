/** Bytes of the Colyseus 0.18 room protocol, as far as rooms without Schema state need them. */

import { decode, encodeAfter } from './codec.ts'

/** The leading byte of a frame. Its upper three bits are modifiers, which our rooms never set. */
export const protocol = {
  joinRoom: 10,
  error: 11,
  leaveRoom: 12,
  roomData: 13,
  ping: 18,
} as const

const codeMask = 0x1f

/** `JOIN_ROOM`, `LEAVE_ROOM` and `PING` of a client are this byte alone. */
export function signal(code: number): Uint8Array {
  return Uint8Array.of(code)
}

/** `room.send(type, payload)`; `type` is short ASCII (at most 31 characters). */
export function roomData(type: string, payload: unknown): Uint8Array {
  const head = 2 + type.length
  const frame = encodeAfter(head, payload)
  frame[0] = protocol.roomData
  frame[1] = 0xa0 | type.length
  for (let index = 0; index < type.length; index += 1) frame[2 + index] = type.charCodeAt(index)
  return frame
}

/** msgpackr's maps have a count of 16 bits, whatever their size. */
const map16 = 0xde

/**
 * As `roomData`, with further entries whose values were encoded before: what many get alike is encoded once.
 * Their keys are short ASCII (at most 31 characters) that `payload` does not have.
 */
export function roomDataWith(
  type: string,
  payload: Readonly<Record<string, unknown>>,
  encoded: Readonly<Record<string, Uint8Array>>,
): Uint8Array {
  const head = roomData(type, payload)
  const at = 2 + type.length
  if (head[at] !== map16) throw new TypeError('the codec writes maps in another form')
  const entries = Object.entries(encoded)
  const size = entries.reduce((sum, [key, value]) => sum + 1 + key.length + value.length, 0)
  const frame = new Uint8Array(head.length + size)
  frame.set(head)
  const count = ((frame[at + 1]! << 8) | frame[at + 2]!) + entries.length
  frame[at + 1] = count >> 8
  frame[at + 2] = count & 0xff
  let end = head.length
  for (const [key, value] of entries) {
    frame[end++] = 0xa0 | key.length
    for (let index = 0; index < key.length; index += 1) frame[end++] = key.charCodeAt(index)
    frame.set(value, end)
    end += value.length
  }
  return frame
}

/** Where the payload of a `ROOM_DATA` frame starts, and its type; undefined where it is no such frame. */
export function roomDataHead(frame: Uint8Array): { type: string; start: number } | undefined {
  const head = frame[1]
  if (frame[0] !== protocol.roomData || head === undefined || (head & 0xe0) !== 0xa0)
    return undefined
  const start = 2 + (head & 0x1f)
  if (frame.length < start) return undefined
  let type = ''
  for (let index = 2; index < start; index += 1) type += String.fromCharCode(frame[index]!)
  return { type, start }
}

/** What a server says to a client. */
export type ServerFrame =
  /** The seat is taken; the client answers with `signal(protocol.joinRoom)`. */
  | { readonly kind: 'joined'; readonly reconnectionToken: string }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'data'; readonly type: string; readonly payload: unknown }
  | { readonly kind: 'leave' }
  | { readonly kind: 'ping' }
  /** A frame of a newer protocol; a client ignores it. */
  | { readonly kind: 'unknown' }

/** Reads a frame of a trusted server; throws where its payload is garbage. */
export function readServerFrame(frame: Uint8Array): ServerFrame {
  const code = (frame[0] ?? 0) & codeMask
  if (code === protocol.joinRoom) {
    return { kind: 'joined', reconnectionToken: text(frame, 2, frame[1] ?? 0) }
  }
  if (code === protocol.roomData) {
    const head = roomDataHead(frame)
    if (!head) return { kind: 'unknown' }
    const payload = frame.length > head.start ? decode(frame.subarray(head.start)) : undefined
    return { kind: 'data', type: head.type, payload }
  }
  if (code === protocol.error) return readError(frame)
  if (code === protocol.leaveRoom) return { kind: 'leave' }
  if (code === protocol.ping) return { kind: 'ping' }
  return { kind: 'unknown' }
}

/** Two MessagePack values in a row, without a container: the code and the message. */
function readError(frame: Uint8Array): ServerFrame {
  const first = frame[1] ?? 0
  const width = first < 0x80 ? 1 : first === 0xcc ? 2 : first === 0xcd ? 3 : first === 0xce ? 5 : 9
  const code = decode(frame.subarray(1, 1 + width))
  const message = frame.length > 1 + width ? decode(frame.subarray(1 + width)) : ''
  return { kind: 'error', code: Number(code), message: String(message) }
}

function text(frame: Uint8Array, start: number, length: number): string {
  return new TextDecoder().decode(frame.subarray(start, start + length))
}
