import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatementNames } from './statement-names.ts'

test('[DB10] only repeated statements are prepared, under names of their own, up to a limit', () => {
  const names = new StatementNames()
  const uses = (sql: string, count: number) => Array.from({ length: count }, () => names.use(sql))
  assert.deepEqual(uses('a', 4), [undefined, undefined, undefined, undefined])
  const name = names.use('a')
  assert.match(name!, /^p\w+_0$/)
  assert.equal(names.use('a'), name)
  names.forget('a')
  assert.equal(names.use('a'), undefined)
  const all = new Set(Array.from({ length: 1_000 }, (_, n) => uses(`b${n}`, 5)[4]))
  assert.equal(all.size, 200) // 199 names, and undefined for the rest
  assert.notEqual(new StatementNames().use('a'), name)
  for (let n = 0; n < 100_000; n++) assert.equal(names.use(`once ${n}`), undefined)
})
