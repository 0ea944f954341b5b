import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uncleanPlaces } from './clean-files.ts'
import { readTree } from './source-tree.ts'

const look = (text: string, path = 'sdk/a.ts') => uncleanPlaces(new Map([[path, text]]))

test('[HO7] no file holds a secret or a path of the machine it was written on', () => {
  const tree = readTree(
    /(^|\/)[^.]+$|\.(tsx?|m?js|json|md|ya?ml|html|css|toml|sh|txt|example)$|file$|rc$/,
  )
  assert.ok(tree.size > 30)
  assert.deepEqual(uncleanPlaces(tree), [])
})

test('[HO7] planted secrets and paths are caught', () => {
  const key = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')
  assert.match(look(`x\n${key}`).join(), /sdk\/a\.ts:2 holds a private key/)
  assert.match(look(`AKIA${'ABCD'.repeat(4)}`).join(), /cloud access key/)
  assert.match(look(`const jwtSecret = '${'a1'.repeat(16)}'`).join(), /a secret written out/)
  assert.match(look(`postgres://plaza:${'hunter2'}@db/plaza`).join(), /a password in an address/)
  assert.match(
    look(`see ${['', 'home', 'ann', 'notes.md'].join('/')}`).join(),
    /a path of one machine/,
  )
})

test('[HO7] placeholders, variables and addresses without a password are no secrets', () => {
  for (const text of [
    'postgres://plaza:${POSTGRES_PASSWORD}@postgres:5432/plaza',
    'postgres://postgres@127.0.0.1:5432/postgres',
    'postgres://user:PASSWORD@host/plaza',
    `const token = readFile('secrets/token')`,
    'https://example.com/home/page and ./work/it and /rootless',
  ]) {
    assert.deepEqual(look(text), [], text)
  }
})
