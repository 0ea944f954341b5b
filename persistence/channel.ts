/** What lies between two ends that speak the Postgres protocol over messages. */

/**
 * Process IPC: `process` in a child, a `ChildProcess` in its parent. Messages of others on the same
 * channel are left alone.
 */
export interface Channel {
  send?: ((message: any) => unknown) | undefined
  on(event: string, listener: (...args: any[]) => void): unknown
  off(event: string, listener: (...args: any[]) => void): unknown
}

/** `connection` is chosen by the client's side. Bytes are of the Postgres protocol, cut anywhere. */
export type Frame =
  | readonly ['open', connection: string]
  | readonly ['data', connection: string, bytes: Uint8Array]
  | readonly ['close', connection: string]

/** Carries frames in order. `onClose` runs once, when the other side is gone. */
export interface FrameChannel {
  post(frame: Frame): void
  onFrame(listener: (frame: Frame) => void): void
  onClose(listener: (reason: Error) => void): void
}

/**
 * A copy of the frame whose bytes lie in a buffer of their own, to give away. Posting a view would copy all
 * of the buffer behind it, which small Buffers share with thousands of others.
 */
export function detached(frame: Frame): { frame: Frame; transfer: ArrayBuffer[] } {
  if (frame[0] !== 'data') return { frame, transfer: [] }
  const bytes = new Uint8Array(frame[2])
  return { frame: [frame[0], frame[1], bytes], transfer: [bytes.buffer] }
}
