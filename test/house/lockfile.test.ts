import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTree } from './source-tree.ts'

interface Entry {
  version?: string
  resolved?: string
  integrity?: string
  optionalDependencies?: Record<string, string>
}
interface Lockfile {
  packages: Record<string, Entry>
}

/**
 * Where the lockfile ties the project to one registry, leaves a package unpinned, or lacks the package of
 * another platform: `npm ci` refuses such a file, and `npm install` writes it without a word.
 */
function lockfileBreaches(lockfile: Lockfile): string[] {
  const paths = Object.keys(lockfile.packages)
  const lacks = (name: string) => !paths.some((path) => path.endsWith(`node_modules/${name}`))
  return Object.entries(lockfile.packages).flatMap(([path, entry]) => {
    if (path === '') return []
    if (entry.resolved !== undefined)
      return [`${path} names where it was downloaded: ${entry.resolved}`]
    if (entry.integrity === undefined) return [`${path} has no integrity`]
    const missing = Object.keys(entry.optionalDependencies ?? {}).filter(lacks)
    return missing.map((name) => `${path} wants ${name} on some platform, and it is not pinned`)
  })
}

test('[HO6] the lockfile pins every package by hash and names no registry', () => {
  const text = readTree(/^package-lock\.json$/).get('package-lock.json') ?? ''
  const lockfile = JSON.parse(text) as Lockfile
  assert.ok(Object.keys(lockfile.packages).length > 100)
  assert.deepEqual(lockfileBreaches(lockfile), [])
  assert.doesNotMatch(text, /registry\./)
})

test('[HO6] a registry in the lockfile, a package without a hash and a missing platform are caught', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-x' }
  const check = (packages: Lockfile['packages']) => lockfileBreaches({ packages }).length
  assert.equal(check({ 'node_modules/a': entry }), 0)
  assert.equal(check({ 'node_modules/a': { ...entry, resolved: 'https://npm.example/a.tgz' } }), 1)
  assert.equal(check({ 'node_modules/a': { version: '1.0.0' } }), 1)
  const wants = { ...entry, optionalDependencies: { '@a/darwin': '1.0.0' } }
  assert.equal(check({ 'node_modules/a': wants }), 1)
  assert.equal(check({ 'node_modules/a': wants, 'node_modules/@a/darwin': entry }), 0)
})

test('[HO6] dependencies are exact versions, so that two clones are the same', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readTree(/^package\.json$/).get('package.json') ?? '',
  ) as Record<string, Record<string, string>>
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(version, /^(npm:[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name)
  }
})
