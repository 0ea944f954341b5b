import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KnownRooms } from './known-rooms.ts'

test('[HT19] a storm of seats looks a room up once a minute, and a room that is not there each time', async () => {
  let now = 0
  const asked: string[] = []
  const rooms = new KnownRooms({
    now: () => now,
    async find(id) {
      asked.push(id)
      if (id === 'none') throw new Error('not there')
    },
  })
  await Promise.all(Array.from({ length: 100 }, () => rooms.check('a')))
  await rooms.check('b')
  now = 59_999
  await rooms.check('a')
  assert.deepEqual(asked, ['a', 'b'])
  now = 60_000
  await rooms.check('a')
  assert.deepEqual(asked, ['a', 'b', 'a'])
  const check = async (): Promise<unknown> => rooms.check('none')
  await assert.rejects(check, /not there/)
  await assert.rejects(check, /not there/)
  assert.deepEqual(asked.slice(3), ['none', 'none'])
})
