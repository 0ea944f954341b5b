import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../sdk/testing/seeded-random.ts'
import { measureCapacity, scaled } from './capacity.ts'
import { Record, type Deed } from './record.ts'

/** Answers `perTick` commands every 10 ms, and refuses every hundredth. */
function platform(record: Record, perTick: number) {
  const queue: string[] = []
  const asked: { [deed in Deed]: number } = { danmaku: 0, gift: 0, like: 0 }
  let [count, most, widest, before] = [0, 0, 0, performance.now()]
  const timer = setInterval(() => {
    widest = Math.max(widest, performance.now() - before)
    before = performance.now()
    for (const id of queue.splice(0, perTick)) {
      record.answer(id, Number(id) % 100 ? 'ok' : 'busy', performance.now())
    }
  }, 10)
  const act = (deed: Deed, intended: number): void => {
    const id = String((count += 1))
    asked[deed] += 1
    record.add({ id, deed, room: 'live_a', sender: 'u', intended, sentAt: intended, count: 1 })
    queue.push(id)
    most = Math.max(most, record.open)
  }
  return { act, asked, stop: () => clearInterval(timer), most: () => most, widest: () => widest }
}

test('[LT42] what a platform carries is what it takes while a bounded number waits', async (t) => {
  const record = new Record()
  const { act, asked, stop, most, widest } = platform(record, 20)
  t.after(stop)
  const rates = { danmaku: 4, gifts: 4, likes: 2 }
  const options = { seconds: 1.5, inFlight: 200, rates, record, random: seededRandom(1) }
  const started = performance.now()
  const capacity = await measureCapacity({ ...options, act })
  // Ticks of a busy machine are rarer, never more frequent; what was taken tells how many there were.
  const taken = [...record.all()].filter(({ outcome }) => outcome === 'ok').length
  const mean = (taken * 1_000) / (performance.now() - started)
  // What a stall of the machine took away from the one second that counts is not in the mean.
  assert.ok(capacity > mean * 0.7 || widest() > 250, `${capacity} of ${mean}`)
  assert.ok(capacity < 2_100, `${capacity}`)
  assert.equal(most(), 200)
  assert.equal(record.open, 0, 'nobody waits any more')
  const sum = asked.danmaku + asked.gift + asked.like
  assert.ok(Math.abs(asked.gift / sum - 0.4) < 0.06 && Math.abs(asked.like / sum - 0.2) < 0.06)
})

test('[LT42] the mix of a load keeps its shares at the rate that was carried', () => {
  const rates = scaled({ danmaku: 4, gifts: 4, likes: 2 }, 1_000)
  assert.deepEqual(rates, { danmaku: 400, gifts: 400, likes: 200 })
})
