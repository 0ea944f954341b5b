/** `npm run check`: format, lint, types, import rule and unit tests. Runs all of it, then says what failed. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

interface Step {
  readonly name: string
  readonly args: readonly string[]
}

const root = resolve(import.meta.dirname, '..')
const bin = (name: string) => join('node_modules', '.bin', name)
const steps: readonly Step[] = [
  { name: 'types', args: [bin('tsc'), '-p', '.'] },
  ...(existsSync(join(root, 'web', 'src', 'main.tsx'))
    ? [{ name: 'types of the web app', args: [bin('tsc'), '-p', 'web', '--noEmit'] }]
    : []),
  { name: 'lint', args: [bin('oxlint')] },
  { name: 'format', args: [bin('prettier'), '--check', '--cache', '--log-level', 'warn', '.'] },
  { name: 'unit tests', args: [process.execPath, 'scripts/test.ts', '--unit'] },
]

const failed: string[] = []
for (const step of steps) {
  const started = performance.now()
  const code = await run(step)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`)
  if (code !== 0) failed.push(step.name)
}
if (failed.length > 0) console.log(`\ncheck failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

function run({ args }: Step): Promise<number> {
  const [command = '', ...rest] = args
  const child = spawn(command, rest, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
