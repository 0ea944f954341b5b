import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Audience } from './audience.ts'
import { user } from './testing/start-engine.ts'

test('[IN15] the unseen are not in the count and not among the arrivals, whoever comes and goes', () => {
  const audience = new Audience()
  const spy = user('spy', ['unseen'])
  audience.entered(spy, false)
  assert.deepEqual(audience.report(), { count: 0, joined: [], joinedCount: 0 })
  assert.equal(audience.report(), undefined)
  audience.entered(user('ada'), false)
  const joined = [{ id: 'u_ada', name: 'ada' }]
  assert.deepEqual(audience.report(), { count: 1, joined, joinedCount: 1 })
  audience.left(spy)
  assert.equal(audience.report(), undefined)
})

test('[IN15] the same person seen and unseen is counted as long as it is seen', () => {
  const audience = new Audience()
  audience.entered(user('ada'), false)
  audience.entered({ ...user('ada'), roles: ['unseen'] }, false)
  audience.left({ ...user('ada'), roles: ['unseen'] })
  assert.equal(audience.count, 1)
  audience.left(user('ada'))
  assert.equal(audience.count, 0)
})
