import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Sequence } from './sequence.ts'

test('[SD2] a frame seen wholly or in part gives only what is new', () => {
  const sequence = new Sequence()
  sequence.reset({ epoch: 1, seq: 10 })
  assert.deepEqual(sequence.take(1, 11, ['a', 'b']), {
    kind: 'fresh',
    firstSeq: 11,
    events: ['a', 'b'],
  })
  assert.deepEqual(sequence.take(1, 11, ['a', 'b']), { kind: 'old' })
  assert.deepEqual(sequence.take(1, 12, ['b', 'c']), { kind: 'fresh', firstSeq: 13, events: ['c'] })
  assert.deepEqual(sequence.position, { epoch: 1, seq: 13 })
})

test('[SD2] a frame of a former owner is dropped', () => {
  const sequence = new Sequence()
  sequence.reset({ epoch: 2, seq: 10 })
  assert.deepEqual(sequence.take(1, 11, ['zombie']), { kind: 'old' })
  assert.deepEqual(sequence.take(3, 11, ['a']), { kind: 'fresh', firstSeq: 11, events: ['a'] })
  assert.equal(sequence.isOld(2), true)
  assert.equal(sequence.isOld(3), false)
})

test('[SD3] missing numbers are a gap, and nothing is taken', () => {
  const sequence = new Sequence()
  assert.deepEqual(sequence.take(1, 1, ['a']), { kind: 'gap' })
  sequence.reset({ epoch: 1, seq: 10 })
  assert.deepEqual(sequence.take(1, 12, ['b']), { kind: 'gap' })
  assert.deepEqual(sequence.position, { epoch: 1, seq: 10 })
})

test('[SD2] any mixture of repeated and overlapping frames folds each event once, in order', () => {
  const frame = fc.record({
    back: fc.nat(8),
    length: fc.integer({ min: 1, max: 6 }),
    twice: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), (frames) => {
      const sequence = new Sequence()
      sequence.reset({ epoch: 1, seq: 0 })
      const seen: number[] = []
      let sent = 0
      for (const { back, length, twice } of frames) {
        const first = Math.max(1, sent + 1 - back)
        const events = Array.from({ length }, (_, i) => first + i)
        sent = Math.max(sent, first + length - 1)
        for (let i = 0; i < (twice ? 2 : 1); i++) {
          const taken = sequence.take(1, first, events)
          if (taken.kind === 'fresh') seen.push(...taken.events)
        }
      }
      assert.deepEqual(
        seen,
        Array.from({ length: sent }, (_, i) => i + 1),
      )
    }),
  )
})
