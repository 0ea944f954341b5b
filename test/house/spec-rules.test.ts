import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTree } from './source-tree.ts'
import { specBreaches } from './spec-rules.ts'

const breachesOf = (files: Record<string, string>) => specBreaches(new Map(Object.entries(files)))
const titled = (...numbers: string[]) =>
  `test('${numbers.map((n) => `[${n}]`).join(' ')} holds', () => {})`

test('[HO4] every rule of docs/spec has a test with its number, and every number in a test is a rule', () => {
  const tree = readTree(/^docs\/spec\/.*\.md$|\.tsx?$/)
  assert.ok([...tree.keys()].some((path) => path.startsWith('docs/spec/')))
  assert.deepEqual(specBreaches(tree), [])
})

test('[HO4] a rule without a test, a test without a rule and a rule given twice are caught', () => {
  const spec = {
    'docs/spec/poll.md': '# Poll\n\n- [ZZ1] A member votes once.\n- [ZZ2] It closes.\n',
  }
  assert.deepEqual(breachesOf({ ...spec, 'rooms/poll.test.ts': titled('ZZ1', 'ZZ2') }), [])
  assert.match(
    breachesOf({ ...spec, 'rooms/poll.test.ts': titled('ZZ1') }).join(),
    /ZZ2\].*has no test/,
  )
  assert.match(
    breachesOf({ ...spec, 'rooms/poll.test.ts': titled('ZZ1', 'ZZ2', 'ZZ3') }).join(),
    /ZZ3\] is tested in rooms\/poll\.test\.ts/,
  )
  assert.match(
    breachesOf({
      ...spec,
      'docs/spec/vote.md': '- [ZZ1] Again.',
      'rooms/poll.contract.ts': titled('ZZ1') + titled('ZZ2'),
    }).join(),
    /ZZ1\] is given in docs\/spec\/poll\.md and again/,
  )
})

test('[HO4] a number in a comment or in the product does not count as a test', () => {
  const spec = { 'docs/spec/poll.md': '- [ZZ1] A member votes once.' }
  assert.equal(breachesOf({ ...spec, 'rooms/poll.test.ts': '// see [ZZ1]' }).length, 1)
  assert.equal(breachesOf({ ...spec, 'rooms/poll.ts': titled('ZZ1') }).length, 1)
})
