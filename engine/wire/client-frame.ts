/** What a client may say: three signals of the protocol, and commands. */

import { protocol, roomDataHead } from './colyseus.ts'
import { parseCommand, type Command } from './messages.ts'
import { readStrict } from './strict-reader.ts'

export type ClientFrame =
  | { readonly kind: 'joined' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'command'; readonly command: Command }

/** Undefined for everything else. Never throws, and builds nothing beyond the bounds of a command. */
export function readClientFrame(frame: Uint8Array): ClientFrame | undefined {
  if (frame.length === 1) return signals.get(frame[0]!)
  const head = roomDataHead(frame)
  if (head?.type !== 'c') return undefined
  try {
    const command = parseCommand(readStrict(frame, head.start))
    return command && { kind: 'command', command }
  } catch {
    return undefined
  }
}

const signals: ReadonlyMap<number, ClientFrame> = new Map([
  [protocol.joinRoom, { kind: 'joined' }],
  [protocol.leaveRoom, { kind: 'leave' }],
  [protocol.ping, { kind: 'ping' }],
])
