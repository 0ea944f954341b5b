/** Both languages say the same things, and nothing that no page says. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { en } from '../src/i18n/en.ts'
import { zh } from '../src/i18n/zh.ts'

const english: Record<string, string> = en
const chinese: Record<string, string> = zh
const source = join(import.meta.dirname, '../src')
const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('i18n'))
  .map((name) => readFileSync(join(source, name), 'utf8'))
  .join('\n')

test('[WB5] Chinese and English have the same texts with the same values in them', () => {
  assert.deepEqual(Object.keys(chinese), Object.keys(english))
  for (const [key, text] of Object.entries(english)) {
    assert.ok(text.trim() && chinese[key]!.trim(), `${key} says nothing`)
    assert.deepEqual(values(chinese[key]!), values(text), key)
  }
})

test('[WB6] every text is used: by its key, or by a key made from a known beginning', () => {
  // t(`chat.mode.${mode}`) uses all that begin with chat.mode. ; refusals are looked up by their code.
  const beginnings = [
    'error.',
    ...[...code.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map(([, start]) => start!),
  ]
  const unused = Object.keys(english).filter(
    (key) => !code.includes(`'${key}'`) && !beginnings.some((start) => key.startsWith(start)),
  )
  assert.deepEqual(unused, [])
})

test('[WB7] English texts hold no Chinese and no text is left the same in both by mistake', () => {
  const foreign = Object.entries(english).filter(([, text]) => /\p{Script=Han}/u.test(text))
  assert.deepEqual(foreign, [])
  const same = Object.keys(english).filter((key) => english[key] === chinese[key])
  assert.deepEqual(same, [])
})

function values(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!).sort()
}
