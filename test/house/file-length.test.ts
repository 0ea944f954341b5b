import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lengthBreaches } from './file-length.ts'
import { readSources } from './source-tree.ts'

/** Between 250 and 400 lines, each with the reason why it is not split. Keep this short. */
const exceptions: Readonly<Record<string, string>> = {
  'web/dev/fake-room.ts': 'one simulated room, as wide as the interface that it stands in for',
  'web/src/i18n/en.ts': 'one table of texts, read beside its twin',
  'web/src/i18n/zh.ts': 'one table of texts, read beside its twin',
}

const lines = (count: number) => 'x\n'.repeat(count)

test('[HO5] source files are split at 250 lines, with few exceptions, and never pass 400', () => {
  assert.ok(Object.keys(exceptions).length <= 8, 'an exception is an exception')
  assert.deepEqual(lengthBreaches(readSources(), exceptions), [])
})

test('[HO5] a file that is too long is caught, and so is an exception without need', () => {
  const check = (count: number, path = 'sdk/a.ts', allowed = {}) =>
    lengthBreaches(new Map([[path, lines(count)]]), allowed)
  assert.deepEqual(check(250), [])
  assert.match(check(251).join(), /251 lines: split it/)
  assert.deepEqual(check(251, 'sdk/a.test.ts'), [])
  assert.match(check(251, 'sdk/a.contract.ts').join(), /251 lines: split it/)
  assert.deepEqual(check(251, 'sdk/a.ts', { 'sdk/a.ts': 'reason' }), [])
  assert.match(check(401, 'sdk/a.ts', { 'sdk/a.ts': 'reason' }).join(), /401 lines/)
  assert.match(check(250, 'sdk/a.ts', { 'sdk/a.ts': 'reason' }).join(), /no exception/)
  assert.match(check(10, 'sdk/a.ts', { 'sdk/b.ts': 'reason' }).join(), /does not exist/)
})
