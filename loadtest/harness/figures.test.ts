import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Figures } from './figures.ts'
import { parseMetrics } from './scrape.ts'

test('[LT2] a row holds its interval, the summary the whole load, and levels stand until the next', () => {
  const figures = new Figures()
  figures.time('ack', 900)
  figures.begin()
  figures.time('ack', 10)
  figures.count('offered', 3)
  figures.level('viewers', 7)
  const first = figures.roll(1)
  figures.time('ack', 30)
  const second = figures.roll(2)
  assert.deepEqual([first.counts, second.counts], [{ offered: 3 }, {}])
  assert.deepEqual([first.times['ack']?.count, second.times['ack']?.count], [2, 1])
  assert.equal(second.levels['viewers'], 7)
  assert.equal(figures.summaries()['ack']?.count, 2, 'what came before the load is left out')
  figures.shift(2)
  assert.deepEqual(
    figures.rows.map(({ t }) => t),
    [-1, 0],
  )
})

test('[LT6] metrics that differ in labels are added up, and comments are passed over', () => {
  const page = parseMetrics(
    '# HELP a x\na{kind="x"} 1\na{kind="y"} 2.5\nb 1e3\nnode_long_name{} 4\n\n',
  )
  assert.deepEqual(
    [...page],
    [
      ['a', 3.5],
      ['b', 1_000],
      ['node_long_name', 4],
    ],
  )
})
