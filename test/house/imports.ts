/** What a TypeScript file imports, read with the bundler's parser. */

import { posix } from 'node:path'
import { parseSync } from 'vite'
import type { SourceTree } from './source-tree.ts'

export interface Import {
  readonly specifier: string
  /** Erased before it runs: it orders the folders all the same, but reaches nothing. */
  readonly typeOnly: boolean
}

/** Every import, re-export, dynamic import and type import. Throws when the file does not parse. */
export function importsOf(path: string, source: string): Import[] {
  const parsed = parseSync(path, source)
  const error = parsed.errors[0]
  if (error !== undefined) throw new SyntaxError(`${path}: ${error.message}`)
  const found: Import[] = parsed.module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
  }))
  for (const { entries } of parsed.module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest
    if (!from) continue
    found.push({ specifier: from.value, typeOnly: entries.every((entry) => entry.isType) })
  }
  return [
    ...found,
    ...importCalls(path, blank(source, parsed.comments), parsed.module.dynamicImports),
  ]
}

/** `import('…')` as a value or in a type; only the parser knows which of them run. */
function importCalls(
  path: string,
  source: string,
  dynamic: readonly { start: number; moduleRequest: { start: number; end: number } }[],
): Import[] {
  const runs = new Set(dynamic.map(({ start }) => start))
  for (const { moduleRequest } of dynamic) {
    const text = source.slice(moduleRequest.start, moduleRequest.end)
    if (!/^['"`][^$]*['"`]$/.test(text))
      throw new SyntaxError(`${path}: import(${text}) cannot be followed`)
  }
  return [...source.matchAll(/\bimport\(\s*(['"`])([^'"`]+)\1/g)].map((match) => ({
    specifier: match[2] ?? '',
    typeOnly: !runs.has(match.index),
  }))
}

function blank(source: string, comments: readonly { start: number; end: number }[]): string {
  let text = source
  for (const { start, end } of comments) {
    text = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end)
  }
  return text
}

/** The path that a relative import means in `tree`, or undefined for a package. */
export function resolveImport(
  tree: SourceTree,
  from: string,
  specifier: string,
): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const path = posix.join(posix.dirname(from), specifier)
  const candidates = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`, `${path}/index.tsx`]
  return candidates.find((candidate) => tree.has(candidate)) ?? path
}

/** `kysely` of `kysely/helpers`, `@scope/name` of `@scope/name/part`. */
export function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
