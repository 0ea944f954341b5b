/** The project's own files as a map from path to text, so that rules can be tried on made-up trees too. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Path relative to the root, with `/`, to the file's text. */
export type SourceTree = ReadonlyMap<string, string>

export const root = resolve(import.meta.dirname, '..', '..')

/** Every file that is, or would be, in git, whose path matches. Binary files are read as text. */
export function readTree(matches: RegExp): SourceTree {
  const listed = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`)
  const paths = listed.stdout.split('\0').filter((path) => path !== '' && matches.test(path))
  return new Map(
    paths
      .filter((path) => existsSync(join(root, path)))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  )
}

/** The TypeScript of the project. */
export const readSources = (): SourceTree => readTree(/\.tsx?$/)

export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path)
