import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { RoomError } from '../kernel/room-error.ts'
import { encodeState } from '../kernel/snapshot-codec.ts'
import { MemoryHub } from './memory-bus.ts'
import { Post } from './post.ts'

async function pair(t: TestContext) {
  const hub = new MemoryHub()
  const env = new ManualEnvironment()
  const posts = ['a', 'b'].map(
    (node) =>
      new Post({ bus: hub.connect(), node, after: env.after, defect: env.defect, maxOpen: 3 }),
  )
  t.after(() => posts.forEach((post) => post.stop()))
  return { hub, env, a: posts[0]!, b: posts[1]! }
}

test('[CL25] a question reaches the other node once, with who asks', async (t) => {
  const { a, b } = await pair(t)
  const heard: unknown[] = []
  b.on('greet', async (payload, from) => {
    heard.push([payload, from])
    return { hello: new Map([[1, undefined]]) }
  })
  await Promise.all([a.start(), b.start()])
  assert.deepEqual(await a.ask('b', 'greet', { name: 'ada' }), { hello: new Map([[1, undefined]]) })
  assert.deepEqual(heard, [[{ name: 'ada' }, 'a']])
})

test('[CL25] an answer that a former process of the node was owed is no answer to the next one', async (t) => {
  const { hub, env, a, b } = await pair(t)
  const answers = new Map<string, (answer: string) => void>()
  b.on('slow', (name: string) => new Promise((resolve) => answers.set(name, resolve)))
  await Promise.all([a.start(), b.start()])
  const former = a.ask('b', 'slow', 'first').catch(() => 'given up')
  while (!answers.has('first')) await new Promise(setImmediate)
  a.stop()
  const next = new Post({ bus: hub.connect(), node: 'a', after: env.after, defect: env.defect })
  t.after(() => next.stop())
  await next.start()
  const asked = next.ask('b', 'slow', 'second')
  while (!answers.has('second')) await new Promise(setImmediate)
  answers.get('first')!('of the first')
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
  answers.get('second')!('of the second')
  assert.deepEqual([await former, await asked], ['given up', 'of the second'])
})

test('[CL25] a refusal keeps its code, data and advice; a defect tells nothing', async (t) => {
  const { a, b, env } = await pair(t)
  b.on('refuse', () =>
    Promise.reject(new RoomError('slow_mode', 'Wait.', { retry: 'retry', data: { retryInMs: 5 } })),
  )
  b.on('crash', () => Promise.reject(new TypeError('a secret')))
  await Promise.all([a.start(), b.start()])
  await assert.rejects(a.ask('b', 'refuse', 1), {
    code: 'slow_mode',
    message: 'Wait.',
    retry: 'retry',
    data: { retryInMs: 5 },
  })
  await assert.rejects(a.ask('b', 'crash', 1), { code: 'internal', message: /failed/ })
  await assert.rejects(a.ask('b', 'nothing', 1), { code: 'node.unknown_topic' })
  assert.equal(env.defects.length, 1)
})

test('[CL25] nobody waits longer than the time for a silent node, or at all for one that is gone', async (t) => {
  const { a, env } = await pair(t)
  await a.start()
  const first = a.ask('b', 'x', 1)
  env.advance(3_000)
  await assert.rejects(first, { code: 'node.silent', data: { node: 'b' } })
  const second = a.ask('b', 'x', 1)
  const other = a.ask('c', 'x', 1)
  a.drop('b')
  await assert.rejects(second, { code: 'node.silent' })
  a.stop()
  await assert.rejects(other, { code: 'node.silent' })
})

test('[CL59] questions beyond the bound are refused as busy, with a time to come back', async (t) => {
  const { a } = await pair(t)
  await a.start()
  const open = Array.from({ length: 3 }, () => a.ask('b', 'x', 1))
  const more = a.ask('b', 'x', 1)
  await assert.rejects(more, { code: 'busy', retry: 'retry', data: { retryInMs: 1_000 } })
  a.stop()
  for (const question of open) await assert.rejects(question, { code: 'node.silent' })
})

test('[CL25] what is no envelope is told and harms nobody', async (t) => {
  const { hub, a, b, env } = await pair(t)
  b.on('greet', async () => 'hello')
  await Promise.all([a.start(), b.start()])
  const wire = hub.connect()
  wire.publish('node:b', Uint8Array.of(0xc1))
  wire.publish('node:b', encodeState(7))
  wire.publish('node:b', encodeState(['a', [['ok', 99, 'never asked']]]))
  assert.equal(await a.ask('b', 'greet', 1), 'hello')
  assert.equal(env.defects.length, 2)
})
