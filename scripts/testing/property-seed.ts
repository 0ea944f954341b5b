/** In CI, properties start from a seed that follows from the commit: whoever checks it out sees the same. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const preload = new URL('./start-properties.mjs', import.meta.url).href
const root = fileURLToPath(new URL('../..', import.meta.url))

/** A 31-bit seed from a commit's hash; undefined for anything else. */
export function seedOf(commit: string): number | undefined {
  const [hex] = /^[0-9a-f]{8}/.exec(commit) ?? []
  return hex === undefined ? undefined : Number.parseInt(hex, 16) & 0x7fffffff
}

/** Arguments for Node that fix the seed; none outside CI, where every run tries something new. */
export function propertyArguments(env: NodeJS.ProcessEnv = process.env): string[] {
  if (!env['CI']) return []
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  const seed = seedOf(stdout ?? '')
  return seed === undefined ? [] : ['--import', `${preload}?seed=${seed}`]
}
