import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { newRecent, remember } from './recent-map.ts'

test('[TX8] what happened lately is never forgotten below the cap, and old things are', () => {
  const steps = fc.array(fc.record({ key: fc.nat(30).map(String), wait: fc.nat(400) }), {
    maxLength: 150,
    size: 'max',
  })
  fc.assert(
    fc.property(steps, (history) => {
      const recent = newRecent<{ at: number }>()
      const model = new Map<string, number>()
      let now = 1_000
      for (const { key, wait } of history) {
        now += wait
        model.set(key, now)
        remember(recent, key, { at: now }, { keepMs: 1_000, cap: 100 })
        for (const [known, at] of model) {
          if (at >= now - 1_000) assert.equal(recent.entries.get(known)?.at, at)
        }
        // Pruned once in keepMs, so nothing is older than twice that.
        for (const { at } of recent.entries.values()) assert.ok(at >= now - 2_000)
      }
    }),
  )
})

test('[TX9] beyond the cap the oldest go', () => {
  const recent = newRecent<{ at: number }>()
  for (let i = 0; i < 1_000; i += 1) {
    remember(recent, `k${i}`, { at: i }, { keepMs: 1e9, cap: 100 })
    assert.ok(recent.entries.size <= 100)
    assert.ok(recent.entries.has(`k${i}`) && recent.entries.has(`k${Math.max(0, i - 80)}`))
  }
})
