import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cleanLine, cleanText, graphemeCount } from './text.ts'

test('[AC17] invisible and direction characters are taken out of names', () => {
  assert.equal(cleanLine('a\u202Eb\u2066c\u200Bd\uFEFFe\u0000f'), 'abcdef')
  assert.equal(cleanLine('  two \t\n spaces\u2028here '), 'two spaces here')
  assert.equal(cleanLine('\u3164\u115F\u2800'), '\u2800')
})

test('[AC17] a letter keeps at most three combining marks', () => {
  assert.equal(cleanLine(`e${'\u0301'.repeat(5000)}`).length <= 4, true)
  assert.equal(cleanLine('เก่งมาก'), 'เก่งมาก'.normalize('NFC'))
})

test('[AC17] a family emoji and a flag are one character', () => {
  assert.equal(graphemeCount('👨‍👩‍👧‍👦🇨🇳'), 2)
  assert.equal(cleanLine('👨‍👩‍👧‍👦'), '👨‍👩‍👧‍👦')
})

test('[AC17] a text keeps its lines, with one empty line between two', () => {
  assert.equal(cleanText('a\r\n\r\n\r\n\r\nb\u202E \n'), 'a\n\nb')
})

test('[AC17] cleaning twice changes nothing more', () => {
  assert.equal(cleanLine('e\u200b\u0301'), '\u00e9')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const once = cleanLine(text)
      assert.equal(cleanLine(once), once)
    }),
  )
})
