/** Keeps source files short enough to be read in one go. */

import { isTest, type SourceTree } from './source-tree.ts'

export const splitAt = 250
export const neverOver = 400

/** Files that are too long, and names on `allowed` that no longer need it; one line each. */
export function lengthBreaches(
  tree: SourceTree,
  allowed: Readonly<Record<string, string>>,
): string[] {
  const breaches: string[] = []
  for (const [path, text] of tree) {
    if (isTest(path)) continue
    const lines = text.trimEnd().split('\n').length
    if (lines > neverOver)
      breaches.push(`${path} has ${lines} lines, ${neverOver} is the most there may be`)
    else if (lines > splitAt && allowed[path] === undefined) {
      breaches.push(`${path} has ${lines} lines: split it, ${splitAt} is the aim`)
    } else if (lines <= splitAt && allowed[path] !== undefined) {
      breaches.push(`${path} needs no exception any more: take it off the list`)
    }
  }
  for (const path of Object.keys(allowed)) {
    if (!tree.has(path)) breaches.push(`${path} is on the list of exceptions and does not exist`)
  }
  return breaches
}
