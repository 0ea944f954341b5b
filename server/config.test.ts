import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { configHelp, configTable } from './config-help.ts'
import { ConfigError, readConfig } from './config.ts'
import { deriveKey, loadSecrets } from './secrets.ts'
import { envName, settings } from './settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'plaza-config-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems
  }
}

test('[CF1] an empty environment is the embedded default', () => {
  const config = readConfig({ HOME: '/root', PATH: '' })
  assert.deepEqual(
    [config.port, config.host, config.dataDir, config.databaseUrl, config.redisUrl, config.media],
    [2567, '0.0.0.0', 'data', undefined, undefined, 'child'],
  )
  assert.deepEqual([config.rtmpPort, config.mediaPort, config.roomAudience], [1935, 8000, 5000])
  assert.equal(readConfig({ PLAZA_PORT: '' }).port, 2567)
})

test('[CF1] every problem is told at once, by the name to change', () => {
  const problems = problemsOf({
    PLAZA_PORT: '70000',
    PLAZA_MEDIA: 'maybe',
    PLAZA_DATABASE_URL: 'mysql://x',
    PLAZA_SECRET: 'short',
    PLAZA_TIME_ZONE: 'Mars/Olympus',
  })
  const names = problems.map((p) => p.split(':')[0]).sort()
  assert.deepEqual(names, [
    'PLAZA_DATABASE_URL',
    'PLAZA_MEDIA',
    'PLAZA_PORT',
    'PLAZA_SECRET',
    'PLAZA_TIME_ZONE',
  ])
})

test('[CF2] unknown PLAZA_ names are refused, those of tests are not', () => {
  assert.deepEqual(problemsOf({ PLAZA_TEST_DATABASE_URL: 'x' }), [])
  assert.match(problemsOf({ PLAZA_PROT: '1' })[0]!, /^PLAZA_PROT: there is no such setting/)
  assert.match(
    problemsOf({ PLAZA_PORT_FILE: '/x' })[0]!,
    /^PLAZA_PORT_FILE: there is no such setting/,
  )
})

test('[CF3] secrets may be given as files, not both ways', () => {
  const path = join(folder, 'key')
  writeFileSync(path, `${'ab'.repeat(32)}\n`)
  assert.equal(readConfig({ PLAZA_SECRET_FILE: path }).secret, 'ab'.repeat(32))
  assert.match(
    problemsOf({ PLAZA_SECRET_FILE: path, PLAZA_SECRET: 'cd'.repeat(32) })[0]!,
    /not both/,
  )
  assert.match(problemsOf({ PLAZA_SECRET_FILE: join(folder, 'none') })[0]!, /ENOENT/)
})

test('[CF4] a payment provider needs all of its keys or none', () => {
  assert.deepEqual(problemsOf({ PLAZA_STRIPE_SECRET_KEY: 'sk' }), [
    'PLAZA_STRIPE_WEBHOOK_SECRET: is needed beside the other keys of this provider',
  ])
  assert.equal(problemsOf({ PLAZA_WECHAT_APP_ID: 'wx' }).length, 6)
  const pair = { PLAZA_STRIPE_SECRET_KEY: 'sk', PLAZA_STRIPE_WEBHOOK_SECRET: 'whsec' }
  assert.equal(readConfig(pair).stripeSecretKey, 'sk')
})

test('[CF5] help and the table name every setting with its meaning, and no secret', () => {
  const env = { PLAZA_SECRET: 'ab'.repeat(32) }
  readConfig(env)
  for (const text of [configHelp(), configTable()]) {
    for (const setting of settings) assert.ok(text.includes(envName(setting)), setting)
    assert.ok(!text.includes('abab'))
    assert.doesNotMatch(text, /\(undefined|\| \|/)
  }
})

test('[CF6] the first run makes secrets that only the owner can read, later runs keep them', () => {
  const dataDir = join(folder, 'data')
  const first = loadSecrets({ dataDir })
  const file = join(dataDir, 'secrets.json')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(first.root.length, 32)
  assert.deepEqual(loadSecrets({ dataDir }), first)
  assert.notDeepEqual(loadSecrets({ dataDir: join(folder, 'other') }), first)
  const given = { secret: '11'.repeat(32), secretMedia: '22'.repeat(32) }
  assert.equal(loadSecrets({ dataDir, ...given }).media, '22'.repeat(32))
  assert.ok(!readFileSync(file, 'utf8').includes('1111'))
})

test('[CF6] a damaged secrets file is an error, never a new secret', () => {
  const dataDir = join(folder, 'data')
  writeFileSync(join(dataDir, 'secrets.json'), '{"secret":"","media":""}')
  assert.throws(() => loadSecrets({ dataDir }), /restore it, or remove it/)
})

test('[CF6] each purpose has a key of its own', () => {
  const root = Buffer.alloc(32, 1)
  const keys = ['a', 'b'].map((purpose) => deriveKey(root, purpose).toString('hex'))
  assert.equal(new Set(keys).size, 2)
  assert.equal(deriveKey(root, 'a').toString('hex'), keys[0])
})
