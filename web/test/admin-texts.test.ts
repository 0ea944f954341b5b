/** The administration says the same in both languages, and nothing that it does not show. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { adminEn } from '../src/admin/texts.ts'
import { adminZh } from '../src/admin/texts-zh.ts'

const english: Record<string, string> = adminEn
const chinese: Record<string, string> = adminZh
const folder = join(import.meta.dirname, '../src/admin')
const code = readdirSync(folder)
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('texts'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n')

test('[IN10] the administration’s texts are complete in both languages, and each is used', () => {
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort())
  const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)
  for (const [key, text] of Object.entries(english)) {
    assert.deepEqual(values(chinese[key]!).sort(), values(text).sort(), key)
    assert.doesNotMatch(text, /\p{Script=Han}/u, key)
    assert.match(chinese[key]!, /\p{Script=Han}/u, key)
    const byPart = /^(kind|action|hint|column|node|nodeHint|refused)\./.test(key)
    assert.ok(byPart || code.includes(`'${key}'`), `${key} is not used`)
  }
})
