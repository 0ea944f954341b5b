import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SettlingIds } from './settling-ids.ts'

test('[JO20] a flush waits for whoever settles one of its ids, and for nobody else', async () => {
  const settling = new SettlingIds()
  const begun: string[] = []
  const flush = (name: string, ids: readonly string[]) => {
    const end = Promise.withResolvers<void>()
    const over = settling.alone(ids, () => {
      begun.push(name)
      return end.promise
    })
    return { end, over }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const first = flush('first', ['a', 'b'])
  const again = flush('again', ['b', 'c'])
  const apart = flush('apart', ['d'])
  const third = flush('third', ['b'])
  await turn()
  assert.deepEqual(begun, ['first', 'apart'])
  first.end.reject(new Error('lost'))
  await assert.rejects(first.over, /lost/)
  await turn()
  assert.deepEqual(begun, ['first', 'apart', 'again'])
  again.end.resolve()
  await turn()
  assert.deepEqual(begun, ['first', 'apart', 'again', 'third'])
  for (const { end, over } of [apart, third]) {
    end.resolve()
    await over
  }
})
