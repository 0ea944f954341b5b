import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Checkpointer } from './checkpointer.ts'
import { ManualEnvironment } from './testing/manual-environment.ts'

/** Each store is under way until the test ends it. */
function setup() {
  const env = new ManualEnvironment()
  const stores: PromiseWithResolvers<void>[] = []
  const checkpointer = new Checkpointer({ commands: 100, ms: 5_000 }, env, () => {
    stores.push(Promise.withResolvers())
    return stores.at(-1)!.promise
  })
  const turn = (): Promise<unknown> => new Promise(setImmediate)
  const succeed = (): Promise<unknown> => (stores.at(-1)!.resolve(), turn())
  const fail = (): Promise<unknown> => (stores.at(-1)!.reject(new Error('away')), turn())
  return { checkpointer, env, stores, succeed, fail }
}

test('[KE31] what changes while a snapshot is being stored is stored without a further change', async () => {
  const { checkpointer, env, stores, succeed } = setup()
  checkpointer.changed(1)
  env.advance(5_000)
  checkpointer.changed(1)
  await succeed()
  env.advance(4_999)
  assert.equal(stores.length, 1)
  env.advance(1)
  assert.equal(stores.length, 2)
  await succeed()
  env.advance(60_000)
  assert.equal(stores.length, 2, 'and nothing where nothing changed')
  checkpointer.changed(100)
  checkpointer.changed(100)
  await succeed()
  assert.equal(stores.length, 4, 'much is stored at once')
})

test('[KE31] a store that fails is tried again at the usual pace, however much it left', async () => {
  const { checkpointer, env, stores, fail, succeed } = setup()
  checkpointer.changed(100)
  for (const tries of [1, 2, 3]) {
    await fail()
    checkpointer.changed(1)
    env.advance(4_999)
    assert.deepEqual([stores.length, env.defects.length], [tries, tries])
    env.advance(1)
    assert.equal(stores.length, tries + 1)
  }
  await succeed()
  env.advance(60_000)
  assert.equal(stores.length, 4)
})

test('[KE31] the last snapshot waits for the one under way, and nothing follows a stop', async () => {
  const { checkpointer, env, stores, fail, succeed } = setup()
  checkpointer.changed(100)
  checkpointer.changed(100)
  let finished = false
  const finishing = checkpointer.finish().then(() => (finished = true))
  for (const count of [1, 2, 3]) {
    assert.deepEqual([stores.length, finished], [count, false], 'never two at once')
    await succeed()
  }
  await finishing
  checkpointer.changed(100)
  checkpointer.stop()
  await fail()
  env.advance(60_000)
  assert.equal(stores.length, 4)
})
