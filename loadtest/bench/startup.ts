/** `npm start` on an installed tree: seconds to ready, processor time for it, memory when idle. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, Variant } from './bench.ts'
import { processTree, type ProcessUse } from './process-tree.ts'

const root = resolve(import.meta.dirname, '..', '..')
const readyWithinMs = 120_000
const stopWithinMs = 40_000
const idleMs = 3000
/** The least that any server on this platform needs, started in the same way. */
const bareServer =
  'require("node:http").createServer((_, r) => r.end()).listen(Number(process.env.PLAZA_PORT))'

export const startup: Bench = async (say) => {
  // What is measured is a start, not an installation or a build.
  const setUp = spawnSync('npm', ['run', 'setup'], { cwd: root, stdio: ['ignore', 'ignore', 2] })
  if (setUp.status !== 0) throw new Error('npm run setup failed')
  const data = await mkdtemp(join(tmpdir(), 'plaza-startup-'))
  try {
    const bare = await measure(
      'node: empty HTTP server',
      ['exec', '--', 'node', '-e', bareServer],
      data,
    )
    say('measured the peer')
    const first = await measure('npm start, empty data directory', ['start'], data)
    say('measured the first start')
    const again = await measure('npm start, data directory in use', ['start'], data)
    return {
      variants: [bare, first, again],
      ratios: {
        'ready, first / again': Number(first.readySeconds) / Number(again.readySeconds),
        'ready, again / empty server': Number(again.readySeconds) / Number(bare.readySeconds),
      },
    }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

async function measure(name: string, npm: readonly string[], data: string): Promise<Variant> {
  const [port, rtmp, media] = [await freePort(), await freePort(), await freePort()]
  const started = performance.now()
  const child = spawn('npm', npm, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PLAZA_DATA_DIR: data,
      PLAZA_HOST: '127.0.0.1',
      PLAZA_PORT: String(port),
      PLAZA_RTMP_PORT: String(rtmp),
      PLAZA_MEDIA_PORT: String(media),
    },
  })
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
  try {
    await ready(child, `http://127.0.0.1:${port}/readyz`, () => Buffer.concat(said).toString())
    const readySeconds = (performance.now() - started) / 1000
    const atReady = processTree(child.pid ?? 0)
    await pause(idleMs)
    const idle = processTree(child.pid ?? 0)
    const server = idle.filter(isOurs)
    return {
      name,
      readySeconds,
      cpuSecondsToReady: sum(atReady.filter(isOurs), 'cpuSeconds'),
      serverMiB: sum(server.slice(0, 1), 'residentMiB'),
      childrenMiB: sum(server.slice(1), 'residentMiB'),
      launcherMiB: sum(idle, 'residentMiB') - sum(server, 'residentMiB'),
    }
  } finally {
    await stop(child)
  }
}

/** The server and what it started: not npm, its shell and the set-up script. */
function isOurs({ command }: ProcessUse): boolean {
  return !/^(npm|sh -c|\S*sh )|npm-cli\.js|setup\.mjs|^$/.test(command)
}

function sum(uses: readonly ProcessUse[], figure: 'residentMiB' | 'cpuSeconds'): number {
  return uses.reduce((total, use) => total + use[figure], 0)
}

async function ready(child: ChildProcess, url: string, said: () => string): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${said()}`)
    const answer = await fetch(url).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await pause(20)
  }
  throw new Error(`not ready within ${readyWithinMs / 1000} s:\n${said()}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  for (const { pid } of processTree(child.pid).reverse()) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It went with its parent.
    }
  }
  const late = setTimeout(() => {
    for (const { pid } of processTree(child.pid ?? 0)) process.kill(pid, 'SIGKILL')
  }, stopWithinMs)
  await ended
  clearTimeout(late)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
