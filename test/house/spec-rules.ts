/** Holds the numbered rules of docs/spec against the titles of the tests, both ways. */

import type { SourceTree } from './source-tree.ts'

const ruleLine = /^- \[([A-Z]{2}\d+)\] \S/gm
const number = /\[([A-Z]{2}\d+)\]/g
/** A text that opens with rule numbers: the title of a test or of a suite. */
const title = /['"`]((?:\[[A-Z]{2}\d+\] ?)+)/g

/** Rules without a test, tests without a rule, and rules that are given twice; one line each. */
export function specBreaches(tree: SourceTree): string[] {
  const breaches: string[] = []
  const rules = new Map<string, string>()
  for (const [path, text] of tree) {
    if (!/^docs\/spec\/.*\.md$/.test(path)) continue
    for (const [, rule = ''] of text.matchAll(ruleLine)) {
      if (rules.has(rule))
        breaches.push(`[${rule}] is given in ${rules.get(rule)} and again in ${path}`)
      rules.set(rule, path)
    }
  }
  const tested = new Map<string, string>()
  for (const [path, text] of tree) {
    if (!holdsTests(path)) continue
    for (const [, numbers = ''] of text.matchAll(title)) {
      for (const [, rule = ''] of numbers.matchAll(number)) tested.set(rule, path)
    }
  }
  for (const [rule, path] of rules) {
    if (!tested.has(rule)) breaches.push(`[${rule}] of ${path} has no test`)
  }
  for (const [rule, path] of tested) {
    if (!rules.has(rule))
      breaches.push(`[${rule}] is tested in ${path}, but no page of docs/spec gives it`)
  }
  return breaches
}

/** Tests, and the suites that several of them share. */
function holdsTests(path: string): boolean {
  return /\.(test|contract|suite)\.tsx?$/.test(path) || /(^|\/)testing\/.*\.tsx?$/.test(path)
}
