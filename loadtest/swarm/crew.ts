/** Starts the workers of a swarm, as threads of this process or as processes of their own. */

import { fork } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import type { FromWorker, ToWorker } from './messages.ts'

export interface Mate {
  say(message: ToWorker): void
  onMessage(hear: (message: FromWorker) => void): void
  /** It ended; an error where it was not asked to. */
  onExit(hear: (why: string) => void): void
  kill(): void
}

const file = new URL('./worker.ts', import.meta.url)

export function startMate(as: 'thread' | 'process'): Mate {
  return as === 'thread' ? thread() : child()
}

function thread(): Mate {
  const worker = new Worker(file, { execArgv: [] })
  let why = ''
  worker.on('error', (error) => (why = error.stack ?? error.message))
  return {
    say: (message) => worker.postMessage(message),
    onMessage: (hear) => void worker.on('message', hear),
    onExit: (hear) => void worker.on('exit', (code) => hear(why || `exit code ${code}`)),
    kill: () => void worker.terminate(),
  }
}

function child(): Mate {
  const forked = fork(file, [], { serialization: 'advanced', execArgv: [] })
  return {
    say: (message) => void forked.send(message, () => undefined),
    onMessage: (hear) => void forked.on('message', (message) => hear(message as FromWorker)),
    onExit: (hear) => void forked.on('exit', (code, signal) => hear(`exit ${signal ?? code}`)),
    kill: () => void forked.kill('SIGKILL'),
  }
}
