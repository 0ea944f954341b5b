/** What strangers write, before it reaches the page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calmText } from '../src/lib/calm-text.ts'

test('[WB10] direction overrides and control characters are taken out', () => {
  assert.equal(calmText('a\u202eb\u2066c\u200fd\u0000e\u009bf\ufffcg'), 'abcdefg')
  assert.equal(calmText('مرحبا שלום'), 'مرحبا שלום', 'right-to-left letters themselves stay')
})

test('[WB11] ten kilobytes of combining marks become at most four on a letter', () => {
  const tower = `Z${'\u0300\u0311\u0336'.repeat(1700)}`
  assert.equal(calmText(tower).match(/\p{M}/gu)?.length, 4)
  assert.equal(calmText('Việt Nam, ที่นี่, שָׁלוֹם').normalize(), 'Việt Nam, ที่นี่, שָׁלוֹם'.normalize())
})

test('[WB12] a text never comes out longer than asked, nor with half an emoji', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.integer({ min: 2, max: 80 }),
      (text, max) => {
        const calm = calmText(text, max)
        assert.ok(calm.length <= max)
        assert.ok(calm.isWellFormed() || !text.isWellFormed())
      },
    ),
  )
})
