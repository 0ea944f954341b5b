/** Child processes of tests: started from a file of this folder, never left behind. */

import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** With an IPC channel. */
export function forkFile(name: string): ChildProcess {
  return fork(pathOf(name), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

/** Runs until it has printed `marker`; `output` goes on to grow. */
export async function spawnUntil(
  name: string,
  args: readonly string[],
  marker: string,
): Promise<{ child: ChildProcess; output: () => string }> {
  const child = spawn(process.execPath, [pathOf(name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout!.setEncoding('utf8')
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (text: string) => {
      output += text
      if (output.includes(marker)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
  return { child, output: () => output }
}

/** kill -9, and waits until it is gone and all of its output was read. */
export async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
