/** The life of a simulated room: lines, arrivals, likes and gifts on a beat. */

import type { FakeRoom } from './fake-room.ts'
import { lines, people } from './fake-data.ts'
import { rude } from './rude.ts'

type Timer = ReturnType<typeof setInterval>

/** What keeps it going; clear it to stop. */
export function enliven(room: FakeRoom, wishes: ReadonlySet<string>): Timer[] {
  const timers: Timer[] = []
  const perTick = wishes.has('loud') ? 20 : 1
  const everyMs = wishes.has('loud') ? 100 : 420
  let at = 0
  timers.push(
    setInterval(() => {
      const texts = Array.from({ length: perTick }, () => lines[at++ % lines.length]!)
      if (wishes.has('rude') && at % 3 === 0) texts.push(rude[at % rude.length]!)
      room.say(
        texts,
        wishes.has('rude') && at % 4 === 0
          ? { id: 'u_rude', name: rude[at % rude.length]! }
          : undefined,
      )
      if (wishes.has('loud')) room.shed(40)
    }, everyMs),
    setInterval(() => {
      const count = Math.max(0, room.view.audience.count + Math.round((Math.random() - 0.45) * 40))
      const joined = [people[2 + (at % 9)]!]
      room.set({ audience: { count }, like: { count: room.view.like.count + 7 } })
      room.tell('audience.changed', { count, joined, joinedCount: 3 })
    }, 1000),
  )
  if (wishes.has('quiet')) return timers
  const script: [string, number, number][] = [
    ['heart', 1, 2],
    ['flower', 10, 4],
    ['heart', 1, 2],
    ['drum', 1, 8],
    ['fireworks', 1, 8],
    ['lantern', 1, 3],
    ['crown', 1, 2],
    ['heart', 66, 5],
    ['sportscar', 1, 8],
    ['rocket', 1, 2],
  ]
  let step = 0
  timers.push(
    setInterval(() => {
      const [gift, count, who] = script[step++ % script.length]!
      const person = people[who]!
      room.give(gift, count, { id: person.id, name: person.name })
    }, 1900),
  )
  return timers
}
