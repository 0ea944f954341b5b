/** The danmaku lanes: no line touches another, and the engine is faster than any room talks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Lanes, type Field, type Flight } from '../src/danmaku/lanes.ts'

const field: Field = { width: 916, lanes: 7, travelMs: 8000, holdMs: 4000, gap: 20 }

test('[WB1] two danmaku of one lane never overlap, at any rate and any widths', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          wait: fc.integer({ min: 0, max: 400 }),
          width: fc.integer({ min: 10, max: 2400 }),
        }),
        {
          minLength: 2,
          maxLength: 300,
        },
      ),
      (offers) => {
        const lanes = new Lanes(field)
        const flights: Flight[] = []
        let now = 0
        for (const [at, { wait, width }] of offers.entries()) {
          now += wait
          const flight = lanes.place(String(at), 'scroll', width, now)
          if (flight) flights.push(flight)
        }
        for (const [at, first] of flights.entries()) {
          const next = flights.slice(at + 1).find((flight) => flight.lane === first.lane)
          if (!next) continue
          // Both move evenly: it is enough to look at both ends of the time they share.
          for (const time of [next.startedAt, first.endsAt]) {
            if (time < next.startedAt || time > first.endsAt) continue
            const tail = lanes.x(first, time) + first.width
            assert.ok(tail <= lanes.x(next, time) + 1e-6, `lane ${first.lane} at ${time}`)
          }
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('[WB2] a second of 200 danmaku fills the lanes and drops the rest, without waiting lists', () => {
  const lanes = new Lanes(field)
  let placed = 0
  for (let n = 0; n < 200 * 60; n++) if (lanes.place(String(n), 'scroll', 180, n * 5)) placed++
  // A line of 180 px frees its lane after (180 + 20) / 1096 of its 8 s.
  const possible = (60_000 / (8000 * (200 / 1096))) * field.lanes
  assert.ok(placed <= possible + field.lanes)
  assert.ok(placed >= possible * 0.97, `${placed} of ${possible}`)
})

test('[WB3] fixed lines stand alone in their lane until their time is over', () => {
  const lanes = new Lanes({ ...field, lanes: 1 })
  assert.ok(lanes.place('a', 'top', 100, 0))
  assert.equal(lanes.hasRoom('top', 3999), false)
  assert.equal(lanes.place('b', 'top', 100, 3999), undefined)
  assert.ok(lanes.place('c', 'bottom', 100, 10), 'bottom lines have lanes of their own')
  assert.ok(lanes.place('d', 'top', 100, 4000))
})

test('[WB4] a danmaku crosses from the right edge to beyond the left one in its travel time', () => {
  const lanes = new Lanes(field)
  const flight = lanes.place('a', 'scroll', 300, 1000)!
  assert.equal(lanes.x(flight, 1000), 916)
  assert.equal(lanes.x(flight, 9000), -300)
})
