import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUnreachable } from './unreachable.ts'

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })

test('[DB11] lost, refused and exhausted connections are known by code, by words and as a cause', () => {
  for (const code of ['ECONNREFUSED', 'EPIPE', '08006', '53300', '57P01', '57P03'])
    assert.ok(isUnreachable(coded(code)), code)
  assert.ok(isUnreachable(new Error('Connection terminated unexpectedly')))
  assert.ok(isUnreachable(new Error('Query read timeout')))
  assert.ok(isUnreachable(new Error('timeout exceeded when trying to connect')))
  assert.ok(isUnreachable(new Error('settling failed', { cause: coded('57P02') })))
})

test('[DB11] what a statement did wrong is a defect, whatever its words', () => {
  for (const code of ['23505', '42P01', '40001', '57014', '22P02'])
    assert.ok(!isUnreachable(coded(code, 'Connection terminated unexpectedly')), code)
  assert.ok(!isUnreachable(new TypeError('undefined is not a function')))
  assert.ok(!isUnreachable('ECONNREFUSED'))
  const endless = new Error('x')
  endless.cause = endless
  assert.ok(!isUnreachable(endless))
})
