/** Which test files there are, and which of them may run side by side. */

import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, sep } from 'node:path'

export interface TestGroup {
  readonly name: string
  readonly files: readonly string[]
  /** How many of its files run at a time. */
  readonly width: number
  readonly timeoutMs: number
}

const notOurs = new Set(['node_modules', 'dist', 'data', '.git'])
/** Folders whose integration tests bring up whole programs and want the machine for themselves. */
const alone = ['test/', 'media/', 'web/']

/** Every test file under `root`, relative to it, with `/`, in order. */
export function findTestFiles(root: string): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (notOurs.has(entry.name)) return []
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return walk(path)
      return /\.test\.(ts|tsx|mjs)$/.test(entry.name) ? [relative(root, path)] : []
    })
  return walk(root)
    .map((file) => file.split(sep).join('/'))
    .sort()
}

/** True for a test that needs a service, a browser or ffmpeg, or takes more than a second. */
export function isIntegration(file: string): boolean {
  return file.includes('.integration.test.')
}

/** Unit tests side by side; integration tests two at a time; those that start programs one by one. */
export function planTests(files: readonly string[]): TestGroup[] {
  const integration = files.filter(isIntegration)
  const wantsAlone = (file: string) => alone.some((folder) => file.startsWith(folder))
  const groups: TestGroup[] = [
    {
      name: 'unit',
      files: files.filter((file) => !isIntegration(file)),
      width: availableParallelism(),
      timeoutMs: 60_000,
    },
    {
      name: 'integration',
      files: integration.filter((file) => !wantsAlone(file)),
      width: Math.min(2, availableParallelism()),
      timeoutMs: 300_000,
    },
    {
      name: 'whole programs',
      files: integration.filter(wantsAlone),
      width: 1,
      timeoutMs: 600_000,
    },
  ]
  return groups.filter((group) => group.files.length > 0)
}
