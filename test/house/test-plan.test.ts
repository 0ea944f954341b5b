import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTestFiles, planTests } from '../../scripts/testing/test-plan.ts'
import { readTree, root } from './source-tree.ts'

test('[HO9] every test file in git is found, and none of other people', () => {
  const inGit = [...readTree(/\.test\.(ts|tsx|mjs)$/).keys()].sort()
  const found = findTestFiles(root)
  assert.deepEqual(found, inGit)
  assert.ok(found.every((file) => !file.includes('node_modules')))
})

test('[HO9] every file is planned once, and those that start programs run alone', () => {
  const files = [
    'rooms/poll.test.ts',
    'persistence/journal.integration.test.ts',
    'media/ingest.integration.test.ts',
    'test/end-to-end.integration.test.ts',
  ]
  const groups = planTests(files)
  assert.deepEqual(groups.flatMap((group) => group.files).sort(), [...files].sort())
  const alone = groups.find((group) => group.files.includes('test/end-to-end.integration.test.ts'))
  assert.equal(alone?.width, 1)
  assert.deepEqual(alone?.files, files.slice(2))
})
