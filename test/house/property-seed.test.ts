import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { propertyArguments, seedOf } from '../../scripts/testing/property-seed.ts'

test('[HO13] in CI, properties start from a seed that follows from the commit', () => {
  assert.equal(seedOf('00000007aa'), 7)
  assert.equal(seedOf('ffffffff00'), 0x7fffffff)
  assert.equal(seedOf('no commit'), undefined)
  assert.deepEqual(propertyArguments({}), [])
  const [flag, preload] = propertyArguments({ CI: 'true' })
  assert.equal(flag, '--import')
  const print =
    'import("fast-check").then(({ default: fc }) => console.log(fc.readConfigureGlobal().seed))'
  const { stdout } = spawnSync(process.execPath, ['--import', preload!, '-e', print], {
    encoding: 'utf8',
  })
  assert.equal(stdout.trim(), new URL(preload!).searchParams.get('seed'))
})
