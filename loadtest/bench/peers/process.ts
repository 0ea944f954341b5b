/** Processes of a benchmark: each on a core of its own, asked over IPC, weighed by what the kernel says. */

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

interface Asked {
  readonly id: number
  readonly message: unknown
}
interface Answered {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** A child answers each message of its parent with what `handle` resolves to, and ends with it. */
export function answering<Message>(handle: (message: Message) => Promise<unknown>): void {
  process.on('message', ({ id, message }: Asked) => {
    const send = (answer: Answered): void => void process.send?.(answer)
    handle(message as Message).then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, error: String((error as Error)?.stack ?? error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}

// The kernel reports times in hundredths of a second on every platform that Node runs on.
const ticksPerSecond = 100

export class Child<Message> {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #ids = 0

  /** `core` of this machine, where it has so many and can pin; `script` lies in this folder. */
  constructor(script: string, core: number, flags: readonly string[] = []) {
    this.#process = fork(join(import.meta.dirname, script), {
      execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
      ...(canPin(core) && {
        execPath: 'taskset',
        execArgv: ['-c', String(core), process.execPath, ...flags],
      }),
      stdio: ['ignore', 2, 2, 'ipc'],
    })
    this.#process.on('message', ({ id, value, error }: Answered) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(value)
      else waiting?.reject(new Error(error))
    })
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${script}: exit ${code}`))
    })
  }

  ask<Value = void>(message: Message): Promise<Value> {
    const id = ++this.#ids
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#process.send({ id, message } satisfies Asked)
    return waiting.promise as Promise<Value>
  }

  /** Processor time in user and system mode so far, of all its threads. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }

  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1_024
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.disconnect()
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(late)
  }
}

function canPin(core: number): boolean {
  return process.platform === 'linux' && core < availableParallelism()
}
