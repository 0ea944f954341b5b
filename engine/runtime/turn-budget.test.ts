import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TurnBudget, type TurnShare } from './turn-budget.ts'

/** A loop whose commands take `costMs` each; `turn` ends when it is told to. */
function loop(costMs: number) {
  let now = 0
  let end = (): void => undefined
  const budget = new TurnBudget({
    now: () => now,
    after: (_ms, task) => {
      end = task
      return () => undefined
    },
  })
  return {
    share: () => budget.share(),
    /** How many of them were taken. */
    offer(share: TurnShare, commands: number): number {
      let taken = 0
      for (let index = 0; index < commands; index += 1) {
        if (!budget.admits(share)) continue
        taken += 1
        now += costMs
      }
      return taken
    },
    pause(ms: number): void {
      now += ms
    },
    next: () => end(),
  }
}

test('[OV1] a burst is taken for 50 ms, and while a flood goes on 10 ms of each turn', () => {
  const node = loop(0.1)
  const room = node.share()
  assert.equal(node.offer(room, 400), 400, 'a burst of 40 ms')
  node.next()
  assert.equal(node.offer(room, 1_000), 501)
  for (let turn = 0; turn < 3; turn += 1) {
    node.next()
    assert.equal(node.offer(room, 1_000), 101)
  }
  node.next()
  assert.equal(node.offer(room, 5), 5, 'a turn that is enough for all')
  node.next()
  assert.equal(node.offer(room, 1_000), 501, 'the node keeps up again')
})

test('[OV1] a hundred commands are taken however long the turn lasts', () => {
  const node = loop(0.01)
  const room = node.share()
  assert.equal(node.offer(room, 2), 2)
  node.pause(5_000)
  assert.equal(node.offer(room, 1_000), 98)
})

test('[OV2] a room that had less than its share has its commands taken, and one of each in any case', () => {
  const node = loop(0.5)
  const rooms = Array.from({ length: 50 }, () => node.share())
  const [flooded, quiet, ...others] = rooms as [TurnShare, TurnShare, ...TurnShare[]]
  assert.equal(node.offer(flooded, 1_000), 101)
  node.pause(1_000)
  assert.equal(node.offer(quiet, 3), 3)
  assert.equal(node.offer(flooded, 1_000), 0)
  assert.equal(node.offer(quiet, 1_000), 48, 'no more than half of what the first one had')
  node.next()
  for (const room of rooms) node.offer(room, 3)
  node.next()
  assert.equal(node.offer(flooded, 1_000), 100)
  for (const room of others) assert.equal(node.offer(room, 1_000), 2, 'a fiftieth')
})
