import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { nameKey, parseUserName } from './user-name.ts'

const codeOf = (text: string): string | undefined => {
  try {
    parseUserName(text)
    return undefined
  } catch (error) {
    assert.ok(error instanceof RoomError)
    return error.code
  }
}

test('[AC1] names of one script are taken as they are written', () => {
  for (const name of ['Mia_7', '小明同学', 'Иван', 'さくらchan', '7up', 'naïve'])
    assert.equal(parseUserName(name).name, name.normalize('NFKC'))
  assert.equal(parseUserName('ＭＩＡ７').name, 'MIA7')
})

test('[AC1] too short, too long and foreign characters are refused', () => {
  const bad = [
    '',
    'ab',
    'a'.repeat(25),
    'a b c',
    'a-b-c',
    '_mia',
    '<b>mia',
    'mia\u202Eaim',
    'mia\u200B1',
  ]
  for (const name of [
    ...bad,
    'mia\n1',
    '😀😀😀',
    '名'.repeat(25),
    "mia'--",
    'a\u0301\u0302\u0303\u0304bc',
  ])
    assert.equal(codeOf(name), 'invalid', JSON.stringify(name))
})

test('[AC1] scripts that look alike are not mixed', () => {
  for (const name of ['pаypal', 'Μia_7', 'miа', 'иvan']) assert.equal(codeOf(name), 'invalid', name)
})

test('[AC1] names that look the same have one key', () => {
  for (const [a, b] of [
    ['Mia', 'mIA'],
    ['сосо', 'coco'],
    ['ΑΒΓ', 'αβγ'],
    ['straße', 'STRASSE'],
    ['ｍｉａ', 'mia'],
  ] as const)
    assert.equal(nameKey(a), nameKey(b), `${a} ${b}`)
  assert.notEqual(nameKey('mia'), nameKey('mio'))
})

test('[AC2] names that sound like staff are taken, except for staff', () => {
  for (const name of ['admin', 'Admin_1', 'SYSTEM', '官方', 'аdmin'.replace('а', 'a'), 'moderator'])
    assert.ok(['name.taken', 'invalid'].includes(codeOf(name)!), name)
  assert.equal(codeOf('Admin_1'), 'name.taken')
  assert.equal(parseUserName('admin', { staff: true }).name, 'admin')
  assert.equal(codeOf('administrata'), undefined)
})
