import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode } from '../wire/codec.ts'
import { roomData, roomDataHead } from '../wire/colyseus.ts'
import { GuestFrames } from './guest-frames.ts'

test('[RT28] a frame that was copied for another guest is the one that would have been encoded', () => {
  const id = fc.oneof(
    fc.stringMatching(/^g_[a-z0-9]{12}$/),
    fc.stringMatching(/^g_[a-z0-9]{1,3}$/),
    fc.string({ maxLength: 40 }),
  )
  fc.assert(
    fc.property(fc.array(id, { maxLength: 12 }), fc.jsonValue(), (ids, view) => {
      const frames = new GuestFrames()
      for (const own of ids) {
        const welcome = { you: { id: own, name: 'Guest' }, view } as never
        const frame = frames.frame('key', own, () => roomData('w', welcome))
        assert.deepEqual([...frame], [...roomData('w', welcome)])
      }
    }),
  )
})

test('[RT28] an id that stands in more than one place is not replaced, and keys are kept apart', () => {
  const frames = new GuestFrames()
  let encoded = 0
  const told = (key: string, id: string): unknown => {
    const frame = frames.frame(key, id, () => {
      encoded += 1
      return roomData('w', { key, id, ...(key === 'twice' && { again: 'g_aaa' }) } as never)
    })
    return decode(frame.subarray(roomDataHead(frame)!.start))
  }
  assert.deepEqual(told('once', 'g_aaa'), { key: 'once', id: 'g_aaa' })
  assert.deepEqual(told('once', 'g_bbb'), { key: 'once', id: 'g_bbb' })
  assert.deepEqual(told('other', 'g_ccc'), { key: 'other', id: 'g_ccc' })
  assert.equal(encoded, 2)
  assert.deepEqual(told('twice', 'g_aaa'), { key: 'twice', id: 'g_aaa', again: 'g_aaa' })
  assert.deepEqual(told('twice', 'g_bbb'), { key: 'twice', id: 'g_bbb', again: 'g_aaa' })
  assert.equal(encoded, 4)
})
