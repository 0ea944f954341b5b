/** Looks for what must not be published: secrets, and paths of the machine somebody worked on. */

import { isTest, type SourceTree } from './source-tree.ts'

interface Finding {
  readonly what: string
  readonly pattern: RegExp
  /** Tests may hold made-up values of this kind. */
  readonly notInTests?: boolean
}

const findings: readonly Finding[] = [
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/ },
  { what: 'a cloud access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  {
    what: 'a service token',
    pattern: /\b(?:gh[pousr]_\w{30,}|npm_\w{30,}|sk-[\w-]{30,}|xox[bp]-[\w-]{20,})/,
  },
  {
    what: 'a secret written out',
    pattern: /(?:secret|password|token|api_?key)['"]?\s*[:=]\s*['"][A-Za-z0-9+/=_-]{24,}['"]/i,
    notInTests: true,
  },
  {
    what: 'a password in an address',
    pattern: /\w+:\/\/[\w.-]+:(?!\$\{?|PASSWORD|password|secret)[^\s@/'"`$<{]+@/,
  },
  {
    what: 'a path of one machine',
    pattern: /(?<![\w.~-])\/(?:home|Users|root|work)\/[\w.-]+(?:\/|\b)/,
  },
  { what: 'a conflict left in the text', pattern: /^(?:<{7}|>{7}) /m },
]

/** One line per finding, with the place. */
export function uncleanPlaces(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) =>
    findings.flatMap(({ what, pattern, notInTests }) => {
      if (notInTests && isTest(path)) return []
      const match = pattern.exec(text)
      if (match === null) return []
      const line = text.slice(0, match.index).split('\n').length
      return [`${path}:${line} holds ${what}`]
    }),
  )
}
