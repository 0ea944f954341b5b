import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SharedClock } from './shared-clock.ts'

const start = 1_767_225_600_000
const hourMs = 3_600_000

/** A machine whose wall clock is wrong; `beat` measures as a lease does. */
function machine({ wallAheadMs = 0 } = {}) {
  let now = 0
  const clock = new SharedClock(
    () => now,
    () => start + now + wallAheadMs,
  )
  return {
    clock,
    pass: (ms: number) => void (now += ms),
    /** `there` ms on the way, then `back` ms; the store's clock is `aheadMs` ahead of the truth. */
    beat(there: number, back: number, aheadMs = 0) {
      const sent = now
      const time = start + now + there + aheadMs
      now += there + back
      clock.measured({ sent, received: now, time })
    },
    error: () => clock.now() - start - now,
  }
}

test('[CK1] the first beat puts an hour right, as exactly as the way was short', () => {
  const { clock, beat, error } = machine({ wallAheadMs: hourMs })
  assert.equal(error(), hourMs)
  beat(4, 6)
  assert.ok(Math.abs(error()) <= 10, `${error()}`)
  assert.equal(clock.now(), clock.now())
})

test('[CK2] what is within the round trip is left alone; what is not is put right slowly, and never backwards', () => {
  const { clock, beat, pass, error } = machine()
  beat(5, 5)
  const settled = error()
  beat(1_000, 0)
  beat(0, 1_000)
  assert.equal(error(), settled, 'slow answers tell nothing new')
  beat(0, 0, -2_000) // another server, two seconds behind
  let last = clock.now()
  for (let ms = 0; ms < 10_000; ms += 10) {
    pass(10)
    const now = clock.now()
    assert.ok(now >= last + 7 && now <= last + 13, `${now - last} in 10 ms`)
    last = now
  }
  assert.ok(Math.abs(error() + 2_000) <= 1, `${error()}`)
})

test('[CK3] a clock that is off by more than ten seconds is set at once', () => {
  const { beat, error } = machine()
  beat(0, 0)
  beat(0, 0, hourMs)
  assert.equal(error(), hourMs)
})
