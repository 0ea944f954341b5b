import assert from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { compileKind } from './compiled-kind.ts'
import type { EventSpec, Feature } from './feature.ts'
import { counter, counterKind, watcher } from './testing/counter-kind.ts'

const withEvent = (spec: Partial<EventSpec>): Feature => ({
  name: 'x',
  commands: {},
  events: { 'x.y': { data: Type.Object({}), durability: 'commit', lane: 'must', ...spec } },
  initial: () => ({}),
  decide: {},
  evolve: { 'x.y': () => undefined },
})

test('[KE20] a contradictory kind does not compile', () => {
  const compile = (...features: Feature[]) => compileKind({ ...counterKind, features })
  assert.throws(() => compile(counter, { ...counter, name: 'twin' } as Feature), /declared twice/)
  assert.throws(() => compile(watcher), /unknown event counter.added/)
  assert.throws(() => compile(withEvent({ durability: 'volatile' })), /must lane/)
  assert.throws(() => compile(withEvent({ lane: 'should' })), /must lane/)
  assert.throws(() => compile(withEvent({ lane: 'may', durability: 'checkpoint' })), /merge/)
  assert.equal(compile(counter, watcher).events.get('counter.added')?.folds.length, 2)
})
