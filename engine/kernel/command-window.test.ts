import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CommandWindow, commandTime, isCommandId, windowMs } from './command-window.ts'
import { ManualEnvironment } from './testing/manual-environment.ts'

test('[KE6] the memory of ids is bounded, and what it forgot is refused', () => {
  const env = new ManualEnvironment()
  const window = new CommandWindow(100)
  const ids = Array.from({ length: 300 }, (_, index) => env.idAt(env.now() + index))
  for (const id of ids) window.put('u', id, 1, env.now())
  assert.equal(window.size, 100)
  for (const id of ids) assert.notEqual(window.look('u', id, env.now()).state, 'new')
})

test('[KE6] whatever order and clock ids come in, a done id is never new again', () => {
  const act = fc.record({
    skew: fc.integer({ min: -windowMs, max: 60_000 }),
    step: fc.integer({ min: 0, max: 90_000 }),
  })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const env = new ManualEnvironment()
      const window = new CommandWindow(20)
      const done: string[] = []
      for (const { skew, step } of acts) {
        env.advance(step)
        const id = env.idAt(env.now() + skew)
        if (window.look('u', id, env.now()).state !== 'new') continue
        window.put('u', id, id, env.now())
        done.push(id)
        for (const one of done) assert.notEqual(window.look('u', one, env.now()).state, 'new')
        assert.ok(window.size <= 21)
      }
    }),
  )
})

test('[KE5] the time of an id is read from a well-formed UUIDv7 only', () => {
  assert.equal(commandTime('019b76da-a800-7000-8000-000000000001'), 0x019b76daa800)
  assert.equal(commandTime('019b76da-a800-4000-8000-000000000001'), 0)
  assert.equal(isCommandId('019B76DA-A800-7000-8000-000000000001'), false)
})
