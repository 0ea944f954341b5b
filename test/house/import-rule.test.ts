import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importBreaches } from './import-rule.ts'
import { readSources } from './source-tree.ts'

const breachesOf = (files: Record<string, string>) => importBreaches(new Map(Object.entries(files)))

/** Asserts that the tree breaches the rule in exactly one line, which matches. */
function caught(files: Record<string, string>, expected: RegExp): void {
  const breaches = breachesOf(files)
  assert.equal(breaches.length, 1, breaches.join('\n'))
  assert.match(breaches[0] ?? '', expected)
}

test('[HO1] folders import along the table only, without cycles, and browsers reach no server code', () => {
  const sources = readSources()
  assert.ok(sources.size > 20, 'the sources were found')
  assert.deepEqual(importBreaches(sources), [])
})

test('[HO1] an arrow against the table is caught in every form of import', () => {
  const forms = [
    `import { poll } from '../../rooms/features/poll/poll.ts'`,
    `import type { Poll } from '../../rooms/features/poll/poll.ts'`,
    `export { poll } from '../../rooms/features/poll/poll.ts'`,
    `export * from '../../rooms/features/poll/poll.ts'`,
    `const poll = await import('../../rooms/features/poll/poll.ts')`,
    `let poll: import('../../rooms/features/poll/poll.ts').Poll`,
    `import '../../rooms/features/poll/poll.ts'`,
  ]
  for (const form of forms) {
    caught(
      {
        'engine/kernel/core.test.ts': form,
        'rooms/features/poll/poll.ts': 'export const poll = 1',
      },
      /engine\/kernel\/core\.test\.ts imports rooms\/features\/poll\/poll\.ts/,
    )
  }
})

test('[HO1] each folder is held to its own line of the table', () => {
  const leaf = 'export const x = 1'
  const arrow = (from: string, to: string) => {
    const up = '../'.repeat(from.split('/').length - 1)
    return breachesOf({ [from]: `import { x } from '${up}${to}'`, [to]: leaf })
  }
  const forbidden: [string, string][] = [
    ['engine/kernel/a.ts', 'engine/runtime/b.ts'],
    ['engine/wire/a.ts', 'engine/transport/b.ts'],
    ['persistence/a.ts', 'engine/runtime/b.ts'],
    ['persistence/a.ts', 'services/wallet/b.ts'],
    ['services/wallet/a.ts', 'rooms/kinds/b.ts'],
    ['rooms/kinds/a.ts', 'server/b.ts'],
    ['media/a.ts', 'rooms/kinds/b.ts'],
    ['server/a.ts', 'media/b.ts'],
    ['sdk/a.ts', 'engine/kernel/b.ts'],
    ['web/src/a.tsx', 'engine/wire/b.ts'],
    ['loadtest/a.ts', 'persistence/b.ts'],
    ['elsewhere/a.ts', 'sdk/b.ts'],
  ]
  for (const [from, to] of forbidden) assert.equal(arrow(from, to).length, 1, `${from} → ${to}`)
  const allowed: [string, string][] = [
    ['engine/runtime/a.ts', 'engine/transport/b.ts'],
    ['persistence/a.ts', 'engine/kernel/b.ts'],
    ['rooms/kinds/a.ts', 'services/wallet/b.ts'],
    ['media/a.ts', 'persistence/b.ts'],
    ['server/a.ts', 'rooms/kinds/b.ts'],
    ['sdk/a.ts', 'rooms/features/poll/poll.client.ts'],
    ['sdk/a.ts', 'services/wallet/wallet.protocol.ts'],
    ['web/src/a.tsx', 'sdk/b.ts'],
    ['loadtest/bench/a.ts', 'persistence/b.ts'],
    ['test/a.ts', 'media/b.ts'],
  ]
  for (const [from, to] of allowed) assert.deepEqual(arrow(from, to), [], `${from} → ${to}`)
})

test('[HO2] a feature that imports more of another than its protocol is caught', () => {
  const gift = { 'rooms/features/gift/gift.ts': '', 'rooms/features/gift/gift.protocol.ts': '' }
  const poll = 'rooms/features/poll/poll.ts'
  caught({ ...gift, [poll]: `import '../gift/gift.ts'` }, /\.protocol\.ts only/)
  assert.deepEqual(breachesOf({ ...gift, [poll]: `import '../gift/gift.protocol.ts'` }), [])
})

test('[HO3] server code that a browser would reach is caught through any number of files', () => {
  caught(
    {
      'sdk/client.ts': `import { a } from '../engine/wire/a.ts'`,
      'engine/wire/a.ts': `export * from '../kernel/b.ts'`,
      'engine/kernel/b.ts': `import { hash } from 'node:crypto'`,
    },
    /sdk\/client\.ts → engine\/wire\/a\.ts → engine\/kernel\/b\.ts → node:crypto/,
  )
  caught({ 'sdk/client.ts': `import { sql } from 'kysely'` }, /kysely/)
  caught({ 'web/src/main.tsx': `import { Room } from '@colyseus/core'` }, /@colyseus\/core/)
  caught({ 'web/src/main.tsx': `import fs from 'fs/promises'` }, /fs\/promises/)
})

test('[HO3] types reach nothing, and a comment or a text imports nothing', () => {
  assert.deepEqual(
    breachesOf({
      'sdk/client.ts': [
        `import type { Server } from 'node:http'`,
        `import { type Socket } from 'node:net'`,
        `// import 'pg'`,
        `/* await import('pg') */`,
        `export const text = "from 'pg'"`,
      ].join('\n'),
    }),
    [],
  )
})

test('[HO3] protocol and client files import typebox, the wire, feature types and each other only', () => {
  const file = 'services/wallet/wallet.protocol.ts'
  const feature = { 'engine/kernel/feature.ts': 'export type F = 1; export const f = 1' }
  caught({ [file]: `import { Compile } from 'typebox/compile'` }, /no package but typebox/)
  caught(
    { [file]: `import { f } from '../../engine/kernel/feature.ts'`, ...feature },
    /shared with browsers/,
  )
  caught(
    { [file]: `import './wallet.ts'`, 'services/wallet/wallet.ts': '' },
    /shared with browsers/,
  )
  assert.deepEqual(
    breachesOf({ [file]: `import '../../engine/wire/a.ts'`, 'engine/wire/a.ts': '' }),
    [],
  )
  assert.deepEqual(
    breachesOf({
      ...feature,
      [file]: `import Type from 'typebox'\nimport type { F } from '../../engine/kernel/feature.ts'`,
    }),
    [],
  )
})

test('[HO1] a cycle of what runs is caught and named with its way; a type may point back', () => {
  caught(
    {
      'sdk/a.ts': `import { B } from './b.ts'`,
      'sdk/b.ts': `export * from './c.ts'`,
      'sdk/c.ts': `import { a } from './a.ts'`,
    },
    /cycle: sdk\/a\.ts → sdk\/b\.ts → sdk\/c\.ts → sdk\/a\.ts/,
  )
  const back = {
    'sdk/a.ts': `export const a = await import('./b.ts')`,
    'sdk/b.ts': `import type { a } from './a.ts'`,
  }
  assert.deepEqual(breachesOf(back), [])
  caught({ ...back, 'sdk/b.ts': `import { a } from './a.ts'` }, /cycle/)
})

test('[HO1] an import that cannot be followed, or a file that does not parse, is an error', () => {
  assert.throws(
    () => breachesOf({ 'sdk/a.ts': 'const a = await import(`./${name}.ts`)' }),
    /cannot be followed/,
  )
  assert.throws(() => breachesOf({ 'sdk/a.ts': 'import {' }), SyntaxError)
})
