/** The one-way rule between folders, and what may reach a browser. */

import { isBuiltin } from 'node:module'
import { importsOf, packageOf, resolveImport, type Import } from './imports.ts'
import { isTest, type SourceTree } from './source-tree.ts'

/** Longest prefix wins. Folders that are not named here are an error, so that a new one is decided on. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'engine/kernel/': ['engine/kernel/'],
  'engine/wire/': ['engine/wire/', 'engine/kernel/'],
  'engine/transport/': ['engine/transport/', 'engine/wire/', 'engine/kernel/'],
  'engine/cluster/': ['engine/cluster/', 'engine/wire/', 'engine/kernel/'],
  'engine/runtime/': ['engine/'],
  'persistence/': ['persistence/', 'engine/kernel/'],
  'services/': ['services/', 'persistence/', 'engine/kernel/'],
  'rooms/': ['rooms/', 'engine/', 'persistence/', 'services/'],
  'media/': ['media/', 'engine/kernel/', 'engine/wire/', 'persistence/'],
  'server/': ['server/', 'engine/', 'persistence/', 'services/', 'rooms/'],
  'sdk/': ['sdk/', 'engine/wire/', '*.protocol', '*.client'],
  'web/': ['web/', 'sdk/'],
  'loadtest/': ['loadtest/', 'sdk/', 'engine/wire/'],
  // Starts a platform to be loaded, and reads its database when it has stopped.
  'loadtest/platform/': [''],
  // Benchmarks measure the parts themselves, below the SDK.
  'loadtest/bench/': [''],
  'test/': [''],
  'scripts/': [''],
}

/** What a `.protocol.ts` or `.client.ts` may import of ours; `types:` only in types. */
const sharedMayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: ['engine/wire/', 'types:engine/kernel/feature.ts', '*.protocol'],
  client: ['engine/wire/', 'types:engine/kernel/feature.ts', '*.protocol', '*.client'],
}

/** Packages that the SDK and what it shares with the server may bring into a browser. */
const browserPackages = new Set(['typebox', 'msgpackr', 'uuidv7', 'react'])
const serverPackages = new Set([
  '@colyseus/core',
  '@colyseus/ws-transport',
  '@electric-sql/pglite',
  '@ffmpeg-installer/ffmpeg',
  '@node-rs/argon2',
  'ioredis',
  'jose',
  'kysely',
  'node-media-server',
  'pg',
  'pino',
  'prom-client',
  'rate-limiter-flexible',
  'sharp',
  'uWebSockets.js',
  'ws',
])

interface Edge extends Import {
  readonly from: string
  /** A path of ours, or undefined for a package. */
  readonly to: string | undefined
}

/** Every breach of the rule in `tree`, one readable line each. */
export function importBreaches(tree: SourceTree): string[] {
  const edges = edgesOf(tree)
  return [
    ...edges.flatMap(folderBreach),
    ...edges.flatMap(featureBreach),
    ...edges.flatMap(sharedBreach),
    ...browserBreaches(tree, edges),
    ...cycles(edges.filter((edge) => !edge.typeOnly)),
  ]
}

function edgesOf(tree: SourceTree): Edge[] {
  return [...tree].flatMap(([from, source]) =>
    importsOf(from, source).map((found) => ({
      ...found,
      from,
      to: resolveImport(tree, from, found.specifier),
    })),
  )
}

function folderBreach({ from, to }: Edge): string[] {
  if (to === undefined || isShared(from)) return []
  const folder = Object.keys(mayImport)
    .filter((prefix) => from.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0]
  const allowed = folder === undefined ? undefined : mayImport[folder]
  if (allowed === undefined) return [`${from}: no rule says what its folder may import`]
  if (allowed.some((pattern) => matches(to, pattern))) return []
  return [`${from} imports ${to}: ${folder} may import ${allowed.join(', ')}`]
}

/** A feature knows another by its protocol alone. Its tests may know more. */
function featureBreach({ from, to }: Edge): string[] {
  const own = featureOf(from)
  const other = to === undefined ? undefined : featureOf(to)
  if (own === undefined || other === undefined || own === other || isTest(from)) return []
  if (to?.endsWith('.protocol.ts')) return []
  return [`${from} imports ${to}: a feature may import another's .protocol.ts only`]
}

function featureOf(path: string): string | undefined {
  return /^rooms\/features\/([^/]+)\//.exec(path)?.[1]
}

/** What browsers share has a rule of its own, the same in every folder. */
function isShared(path: string): boolean {
  return /\.(protocol|client)\.tsx?$/.test(path)
}

function sharedBreach({ from, to, specifier, typeOnly }: Edge): string[] {
  const allowed = sharedMayImport[/\.(protocol|client)\.tsx?$/.exec(from)?.[1] ?? '']
  if (allowed === undefined) return []
  if (to === undefined) {
    const known = specifier === 'typebox' || specifier.startsWith('typebox/type')
    return known
      ? []
      : [`${from} imports ${specifier}: what browsers share imports no package but typebox`]
  }
  const fits = allowed.some((pattern) =>
    pattern.startsWith('types:') ? typeOnly && to === pattern.slice(6) : matches(to, pattern),
  )
  return fits
    ? []
    : [`${from} imports ${to}: it is shared with browsers and may import ${allowed.join(', ')}`]
}

function matches(path: string, pattern: string): boolean {
  if (!pattern.startsWith('*')) return path.startsWith(pattern)
  return path.endsWith(`${pattern.slice(1)}.ts`) || path.endsWith(`${pattern.slice(1)}.tsx`)
}

/** Follows what really runs from every browser file; names the way to what a browser does not have. */
function browserBreaches(tree: SourceTree, edges: readonly Edge[]): string[] {
  const byFile = Map.groupBy(
    edges.filter((edge) => !edge.typeOnly),
    (edge) => edge.from,
  )
  return [...tree.keys()].filter(isBrowserFile).flatMap((start) => {
    const ways = new Map([[start, start]])
    const breaches: string[] = []
    for (const [file, way] of ways) {
      for (const { to, specifier } of byFile.get(file) ?? []) {
        if (to !== undefined) ways.set(to, ways.get(to) ?? `${way} → ${to}`)
        else if (!isBrowserPackage(start, specifier))
          breaches.push(`${way} → ${specifier}: not for browsers`)
      }
    }
    return breaches
  })
}

function isBrowserFile(path: string): boolean {
  if (isTest(path) || /\/(testing|test)\//.test(path)) return false
  return (
    path.startsWith('sdk/') ||
    path.startsWith('web/src/') ||
    /\.(protocol|client)\.tsx?$/.test(path)
  )
}

function isBrowserPackage(start: string, specifier: string): boolean {
  if (isBuiltin(specifier)) return false
  const name = packageOf(specifier)
  return start.startsWith('web/') ? !serverPackages.has(name) : browserPackages.has(name)
}

/** Each cycle of what really runs once, at the first file found in it. Types may point back. */
function cycles(edges: readonly Edge[]): string[] {
  const next = Map.groupBy(edges, (edge) => edge.from)
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (file: string, way: readonly string[]): void => {
    state.set(file, 'open')
    for (const { to } of next.get(file) ?? []) {
      if (to === undefined || to === file) continue
      if (state.get(to) === 'open') {
        found.push(`cycle: ${[...way.slice(way.indexOf(to)), to].join(' → ')}`)
      } else if (!state.has(to)) visit(to, [...way, to])
    }
    state.set(file, 'done')
  }
  for (const file of next.keys()) if (!state.has(file)) visit(file, [file])
  return found
}
