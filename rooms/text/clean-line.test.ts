import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { cleanLine } from './clean-line.ts'

const clean = (text: string, max = 100): string => cleanLine(text, { max })
const code = (text: string, max = 100): string | undefined => {
  try {
    clean(text, max)
    return undefined
  } catch (error) {
    assert.ok(error instanceof RoomError)
    return error.code
  }
}

/** Text of everything that hurts. */
const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'a',
      ' ',
      '哈',
      '\u0301',
      '\u202e',
      '\u2066',
      '\u200d',
      '\u200c',
      '\ufe0f',
      '👩',
      '🏴',
    ),
    fc.constantFrom(
      '\u{e0067}',
      '\u{e007f}',
      '\n',
      '\u0000',
      '\ud800',
      '\u3164',
      '\u2800',
      '\u{1f3fd}',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 60,
})

test('[TX1] a line is in NFC, with single blanks and none around it', () => {
  assert.equal(clean('  e\u0301\t\r\n  x\u3000y\u2028z '), 'é x y z')
})

test('[TX2] control, bidi, invisible and broken characters are taken out', () => {
  assert.equal(clean('a\u0000\u001b[31m\u007fb'), 'a[31mb')
  assert.equal(clean('ab\u202etxt.exe\u202c\u2066c\u2069\u200f\u061c'), 'abtxt.exec')
  assert.equal(clean('p\u00ada\u200bs\u2060s\ufeff'), 'pass')
  assert.equal(clean('x\ud800y\udfff\uffffz'), 'xyz')
})

test('[TX3] a base carries at most four combining marks', () => {
  assert.equal(clean('Z' + '\u0336'.repeat(50) + 'o'), 'Z' + '\u0336'.repeat(4) + 'o')
  assert.equal(clean('a' + '\u0336\u200d'.repeat(50)), 'a' + '\u0336'.repeat(4))
  assert.equal(clean('\u0336\u0336\u0336abc'), 'abc')
  fc.assert(
    fc.property(nasty, (text) => {
      if (code(text) === undefined) assert.doesNotMatch(clean(text), /\p{M}{5}/u)
    }),
  )
})

test('[TX4] emoji and the world’s scripts stay as they are', () => {
  for (const text of [
    '👨‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇨🇳 ❤️ 👁️‍🗨️ 🏳️‍🌈 👩🏽‍🚀',
    'می‌خواهم', // Persian with a joiner that is part of the spelling
    'क्षत्रिय',
    'สวัสดีน้ำ',
    '한국어',
    'Việt Nam',
    '<b>bold</b> & "quotes"',
  ]) {
    assert.equal(clean(text), text.normalize('NFC'))
  }
})

test('[TX5] a line in which nothing can be seen is refused', () => {
  for (const text of [
    '',
    '   ',
    '\u200b\u200d',
    '\u3164',
    '\u2800\u2800',
    '\u0301',
    '\ufe0f',
    '\n',
  ]) {
    assert.equal(code(text), 'text.empty', JSON.stringify(text))
  }
})

test('[TX6] length counts what a reader counts, and bytes are bounded too', () => {
  assert.equal(code('👩🏽‍🚀'.repeat(5), 5), undefined)
  assert.equal(code('👍'.repeat(101)), 'text.too_long')
  assert.equal(code('哈'.repeat(100)), undefined)
  assert.equal(code('哈'.repeat(101)), 'text.too_long')
  const oneGrapheme = Array.from({ length: 400 }, () => '👩').join('\u200d')
  assert.equal(code(oneGrapheme), 'text.too_long')
})

test('[TX7] cleaning twice is cleaning once, and nothing but RoomError is thrown', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      if (code(text) !== undefined) return
      const once = clean(text)
      assert.equal(clean(once), once)
      assert.equal(once, once.normalize('NFC'))
      assert.ok(once.isWellFormed())
      assert.doesNotMatch(once, /[\p{Cc}\u202a-\u202e\u2066-\u2069]|^\s|\s$|\s\s/u)
    }),
    { numRuns: 2_000 },
  )
})
