/** Runs one test file in a process group of its own and tells what came of it. */

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { propertyArguments } from './property-seed.ts'

/** One finished test. `skip` is the reason given for leaving it out, or true without one. */
export interface TestOutcome {
  readonly name: string
  readonly passed: boolean
  readonly skip?: string | boolean
  readonly ms: number
}

export interface FileOutcome {
  readonly file: string
  readonly tests: readonly TestOutcome[]
  readonly seconds: number
  /** What the process said, to be shown when something failed. */
  readonly output: string
  /** Why the file as a whole failed, beyond its single tests. */
  readonly fault?: string
}

const reporter = new URL('./line-reporter.mjs', import.meta.url).href
const fixedSeed = propertyArguments()
const groupsUnderWay = new Set<number>()

/** Ends every test process that is still running, with everything it started. */
export function killTestFiles(): void {
  for (const pid of groupsUnderWay) killGroup(pid)
}

/** Runs `file`; after `timeoutMs` its whole process group is killed and the file has failed. */
export async function runTestFile(file: string, timeoutMs: number): Promise<FileOutcome> {
  const place = await mkdtemp(join(tmpdir(), 'plaza-test-'))
  const results = join(place, 'results')
  const started = performance.now()
  try {
    const ended = await runProcess(file, results, timeoutMs)
    const tests = parse(await readFile(results, 'utf8').catch(() => ''))
    const fault = faultOf(ended, tests)
    return {
      file,
      tests,
      seconds: (performance.now() - started) / 1000,
      output: ended.output,
      ...(fault === undefined ? {} : { fault }),
    }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

interface Ended {
  readonly output: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOutAfterMs?: number
}

function runProcess(file: string, results: string, timeoutMs: number): Promise<Ended> {
  const args = [
    ...fixedSeed,
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${results}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    file,
  ]
  // Inside `node --test` Node would take the child for a part of the run around it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env,
  })
  const pid = child.pid
  if (pid !== undefined) groupsUnderWay.add(pid)
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    if (pid !== undefined) killGroup(pid)
  }, timeoutMs)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (pid !== undefined) {
        // What the file left running would disturb the files after it.
        killGroup(pid)
        groupsUnderWay.delete(pid)
      }
      const text = Buffer.concat(output).toString()
      resolve({ output: text, code, signal, ...(timedOut ? { timedOutAfterMs: timeoutMs } : {}) })
    })
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in the group.
  }
}

function parse(lines: string): TestOutcome[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestOutcome)
}

function faultOf(ended: Ended, tests: readonly TestOutcome[]): string | undefined {
  if (ended.timedOutAfterMs !== undefined) {
    return `did not end within ${ended.timedOutAfterMs / 1000} s (a test hangs, or something is left open)`
  }
  const failed = tests.some((test) => !test.passed)
  if (ended.signal !== null) return `was ended by ${ended.signal}`
  if (ended.code !== 0 && !failed) return `ended with code ${ended.code}`
  if (tests.length === 0) return 'holds no test'
  return undefined
}
