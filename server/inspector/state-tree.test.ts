import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomRow, StateNode } from './inspector.protocol.ts'
import { pageOf, type RoomQuery } from './nodes.ts'
import { stateLimits, treeOf } from './state-tree.ts'

test('[IN4] Map, Set, bytes, undefined and odd numbers are told apart from plain JSON', () => {
  const tree = treeOf({
    map: new Map<unknown, unknown>([
      ['a', 1],
      [2, new Set(['x'])],
      [{}, null],
    ]),
    bytes: Uint8Array.of(1, 255),
    nothing: undefined,
    odd: [NaN, -Infinity, 10n],
    when: new Date(5),
  })
  assert.deepEqual(JSON.parse(JSON.stringify(tree)), {
    kind: 'object',
    size: 5,
    items: [
      [
        'map',
        {
          kind: 'map',
          size: 3,
          items: [
            ['a', 1],
            ['2', { kind: 'set', size: 1, items: [['0', 'x']] }],
            ['{…}', null],
          ],
        },
      ],
      ['bytes', { kind: 'bytes', size: 2, text: '01ff' }],
      ['nothing', { kind: 'other', text: 'undefined' }],
      [
        'odd',
        {
          kind: 'array',
          size: 3,
          items: ['NaN', '-Infinity', '10'].map((text, at) => [`${at}`, { kind: 'other', text }]),
        },
      ],
      ['when', { kind: 'other', text: 'Date 5' }],
    ],
  })
})

test('[IN4] whatever it is given, a tree is bounded in nodes, width, depth and text', () => {
  const loop: Record<string, unknown> = { name: 'x'.repeat(10_000_000) }
  loop['self'] = loop
  const wide = new Map(Array.from({ length: 100_000 }, (_, n) => [n, { n }]))
  const huge = treeOf({ loop, wide, half: '\ud800', ['k'.repeat(10_000)]: 1, __proto__: null })
  const text = JSON.stringify(huge)
  assert.ok(text.length < 200_000, String(text.length))
  assert.ok(text.isWellFormed())
  assert.ok(countOf(huge) <= stateLimits.nodes + 1)
  const shown = huge as Extract<StateNode, { items: unknown }>
  const [, wideNode] = shown.items.find(([name]) => name === 'wide')!
  assert.equal((wideNode as { size: number }).size, 100_000, 'the true size')
})

test('[IN3] pages of rooms meet without gap or repetition, in every order, also where rows are alike', () => {
  const rows = Array.from({ length: 97 }, (_, n): RoomRow => {
    const figures = {
      epoch: 1,
      seq: n,
      sockets: n % 5,
      relays: 0,
      eventsPerSecond: n % 3,
      waiting: 0,
    }
    const square = { key: `live_${n}`, kind: n % 2 ? 'live' : 'group', leader: true }
    return { ...square, node: 'n', audience: n % 7, ...figures }
  })
  for (const sort of ['audience', 'sockets', 'events', 'bytes', 'waiting', 'key'] as const) {
    const seen: string[] = []
    let after: RoomQuery['after']
    for (;;) {
      const { rows: page, total } = pageOf(rows, { sort, after, limit: 10 })
      assert.equal(total, 97)
      seen.push(...page.slice(0, 10).map(({ key }) => key))
      if (page.length <= 10) break
      const last = page[9]!
      const values = {
        audience: last.audience,
        sockets: last.sockets,
        events: last.eventsPerSecond,
      }
      after = [{ ...values, bytes: 0, waiting: 0, key: last.key }[sort], last.key]
    }
    assert.equal(new Set(seen).size, 97, sort)
  }
  const found = pageOf(rows, { kind: 'live', text: '9', keys: ['live_1'], sort: 'key', limit: 99 })
  assert.ok(found.rows.every(({ key, kind }) => kind === 'live' && /9|^live_1$/.test(key)))
  assert.equal(found.total, 13)
})

function countOf(node: StateNode): number {
  if (typeof node !== 'object' || node === null || !('items' in node)) return 1
  return node.items.reduce((sum, [, member]) => sum + countOf(member), 1)
}
