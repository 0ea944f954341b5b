import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hashFiles, isAtLeast, isInstalled } from '../../scripts/setup.mjs'

test('[HO8] versions compare by number, not by text', () => {
  assert.ok(isAtLeast('v22.18.0', [22, 18]))
  assert.ok(isAtLeast('v24.0.0', [22, 18]))
  assert.ok(isAtLeast('22.100.0', [22, 18]))
  assert.ok(!isAtLeast('v22.9.0', [22, 18]))
  assert.ok(!isAtLeast('v9.99.0', [20, 0]))
  assert.ok(!isAtLeast('', [20, 0]))
})

test('[HO8] a missing, older or exchanged package is noticed, a foreign platform is not', () => {
  const a = { version: '1.0.0', integrity: 'x' }
  const check = (wanted: object, have: object | undefined, withoutDev = false) =>
    isInstalled(
      { packages: { '': {}, 'node_modules/a': { ...wanted } } },
      { packages: have ? { 'node_modules/a': { ...have } } : {} },
      withoutDev,
    )
  assert.ok(check(a, a))
  assert.ok(!check(a, undefined))
  assert.ok(!check(a, { ...a, version: '0.9.0' }))
  assert.ok(!check(a, { ...a, integrity: 'y' }))
  assert.ok(check({ ...a, optional: true }, undefined))
  assert.ok(!check({ ...a, dev: true }, undefined))
  assert.ok(check({ ...a, dev: true }, undefined, true))
})

test('[HO8] the hash of the sources knows names and bytes, not the order', (t) => {
  const place = mkdtempSync(join(tmpdir(), 'plaza-hash-'))
  t.after(() => rmSync(place, { recursive: true, force: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(place, name), text)
    return join(place, name)
  }
  const a = write('a', 'one')
  const b = write('b', 'two')
  const hash = hashFiles(place, [a, b])
  assert.equal(hashFiles(place, [b, a]), hash)
  write('b', 'tw')
  assert.notEqual(hashFiles(place, [a, b]), hash)
  const c = write('c', 'two')
  assert.notEqual(hashFiles(place, [a, c]), hash)
})
