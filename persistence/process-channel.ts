/** Frames over process IPC: lends the parent's database to a child process. */

import type { Channel, Frame, FrameChannel } from './channel.ts'

/** What the parent lends: its own session, or the address of its server. */
export type Lent =
  { readonly dialect: 'pglite' } | { readonly dialect: 'postgres'; readonly url: string }

// One property names our messages, so that others may use the same channel. Bytes travel as base64,
// because the default serialization of IPC is JSON.
type Message = { readonly plazaDatabase: readonly ['hello'] | readonly ['lent', Lent] | IpcFrame }
type IpcFrame = readonly ['open' | 'data' | 'close', connection: string, bytes?: string]

/** The child's side: asks the parent once for what it lends. */
export function borrow(channel: Channel): { lent: Promise<Lent>; frames: FrameChannel } {
  const lent = Promise.withResolvers<Lent>()
  const frames = framesOver(channel, (content) => {
    if (content[0] === 'lent') lent.resolve(content[1])
  })
  frames.onClose((reason) => lent.reject(reason))
  lent.promise.catch(() => undefined) // seen again by whoever connects
  send(channel, ['hello'])
  return { lent: lent.promise, frames }
}

/** The parent's side: answers every hello and forwards frames to `session`, if it has one. */
export function lend(channel: Channel, lent: Lent, session?: FrameChannel): void {
  const prefix = `${crypto.randomUUID().slice(0, 8)}.`
  const open = new Set<string>()
  const frames = framesOver(channel, (content) => {
    if (content[0] === 'hello') send(channel, ['lent', lent])
  })
  if (!session) return
  frames.onFrame((frame) => {
    const id = prefix + frame[1]
    if (frame[0] === 'open') open.add(id)
    if (frame[0] === 'close') open.delete(id)
    session.post(frame[0] === 'data' ? ['data', id, frame[2]] : [frame[0], id])
  })
  session.onFrame((frame) => {
    if (!open.has(frame[1])) return
    const id = frame[1].slice(prefix.length)
    if (frame[0] === 'close') open.delete(frame[1])
    frames.post(frame[0] === 'data' ? ['data', id, frame[2]] : [frame[0], id])
  })
  frames.onClose(() => {
    for (const id of open) session.post(['close', id])
    open.clear()
  })
}

function framesOver(
  channel: Channel,
  other: (content: Message['plazaDatabase']) => void,
): FrameChannel {
  const listeners: ((frame: Frame) => void)[] = []
  channel.on('message', (message: Partial<Message> | undefined) => {
    const content = message?.plazaDatabase
    if (!Array.isArray(content)) return
    const [kind, connection, bytes] = content as unknown as IpcFrame
    if (kind === 'data')
      for (const tell of listeners) tell([kind, connection, Buffer.from(bytes!, 'base64')])
    else if (kind === 'open' || kind === 'close')
      for (const tell of listeners) tell([kind, connection])
    else other(content as unknown as Message['plazaDatabase'])
  })
  return {
    post: (frame) =>
      send(
        channel,
        frame[0] === 'data' ? ['data', frame[1], Buffer.from(frame[2]).toString('base64')] : frame,
      ),
    onFrame: (listener) => void listeners.push(listener),
    onClose: (listener) =>
      void channel.on('disconnect', () =>
        listener(new Error('the process that has the database is gone')),
      ),
  }
}

function send(channel: Channel, content: Message['plazaDatabase']): void {
  // After a disconnect there is nobody to tell; what waits is rejected by onClose.
  try {
    channel.send?.({ plazaDatabase: content } satisfies Message)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_IPC_CHANNEL_CLOSED') throw error
  }
}
