/** PGlite in a worker thread, as seen from the thread that started it. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { detached, type Frame, type FrameChannel } from '../channel.ts'
import { lockDirectory } from './directory-lock.ts'

export interface PgliteHost extends FrameChannel {
  /** The data directory as one archive, for `template` of another. */
  dump(): Promise<Uint8Array>
  close(): Promise<void>
}

export interface PgliteOptions {
  /** Files go under `<dataDir>/pglite`; without it everything is in memory. */
  readonly dataDir?: string | undefined
  /** What `dump` gave, to start from. */
  readonly template?: Uint8Array | undefined
}

type Message = Frame | ['ready'] | ['dump', Uint8Array]

/** Throws RoomError `database.locked` while another process has the directory. */
export async function startPglite({ dataDir, template }: PgliteOptions): Promise<PgliteHost> {
  const directory = dataDir && join(dataDir, 'pglite')
  if (dataDir) mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const unlock = directory ? lockDirectory(`${directory}.lock`) : () => undefined
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
    workerData: { dataDir: directory, template },
  })
  const frameListeners: ((frame: Frame) => void)[] = []
  const closeListeners: ((reason: Error) => void)[] = []
  const dumps: ((bytes: Uint8Array) => void)[] = []
  const ready = Promise.withResolvers<void>()
  const exited = Promise.withResolvers<void>()
  let failure = new Error('the database is closed')
  worker.on('message', (message: Message) => {
    if (message[0] === 'ready') ready.resolve()
    else if (message[0] === 'dump') dumps.shift()?.(message[1])
    else for (const listener of frameListeners) listener(message)
  })
  worker.on('error', (error) => (failure = error as Error))
  worker.on('exit', () => {
    ready.reject(failure)
    exited.resolve()
    unlock()
    for (const listener of closeListeners) listener(failure)
  })
  await ready.promise
  return {
    post: (message) => {
      const { frame, transfer } = detached(message)
      worker.postMessage(frame, transfer)
    },
    onFrame: (listener) => void frameListeners.push(listener),
    onClose: (listener) => void closeListeners.push(listener),
    dump: () => {
      worker.postMessage('dump')
      return new Promise((resolve) => dumps.push(resolve))
    },
    close: async () => {
      worker.postMessage('stop')
      await exited.promise
    },
  }
}
