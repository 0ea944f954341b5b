import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WindowCounter } from './window-counter.ts'

class Refusal extends Error {
  readonly ms: number

  constructor(ms: number) {
    super()
    this.ms = ms
  }
}

test('[HT24] within a window from its first try a key has so many, whatever others do', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    deed: fc.constantFrom('take', 'take', 'take', 'give', 'reset'),
    passes: fc.integer({ min: 0, max: 90 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 0
      const counter = new WindowCounter({
        limit: 3,
        windowMs: 100,
        now: () => now,
        refusal: (ms) => new Refusal(ms),
      })
      const windows = new Map<string, { left: number; until: number }>()
      for (const { key, deed, passes } of steps) {
        now += passes
        let window = windows.get(key)
        if (window && now >= window.until) window = undefined
        if (deed === 'reset') windows.delete(key)
        else if (deed === 'give') {
          if (window) window.left += 1
        } else if (window?.left === 0) {
          const { until } = window
          assert.throws(
            () => counter.take(key),
            (error) => error instanceof Refusal && error.ms === until - now,
          )
          continue
        } else if (window) window.left -= 1
        else windows.set(key, { left: 2, until: now + 100 })
        counter[deed](key)
      }
    }),
  )
})

test('[HT24] keys whose windows are over are forgotten', () => {
  let now = 0
  const counter = new WindowCounter({
    limit: 1,
    windowMs: 100,
    now: () => now,
    refusal: () => new Error(),
  })
  for (let index = 0; index < 1_000; index += 1, now += 1) counter.take(`key ${index}`)
  assert.ok(counter.size <= 200, `${counter.size} keys`)
})
