import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../kernel/room-error.ts'
import { SeatGate } from './seat-gate.ts'

/** Virtual time: `run` lets all happen that is due, in order. */
function clock() {
  let now = 0
  const tasks: { at: number; task: () => void }[] = []
  return {
    now: () => now,
    after(ms: number, task: () => void) {
      tasks.push({ at: now + ms, task })
      return () => undefined
    },
    async run() {
      for (;;) {
        await new Promise(setImmediate)
        tasks.sort((a, b) => a.at - b.at)
        const next = tasks.shift()
        if (!next) return
        now = next.at
        next.task()
      }
    },
  }
}

/** Everybody comes at once and obeys; gives when each was let in, and how often somebody was sent away. */
async function storm(clients: number, perSecond: number) {
  const time = clock()
  let seed = 1
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  const gate = new SeatGate({ perSecond, now: time.now, after: time.after, random })
  const admitted: number[] = []
  const told: number[] = []
  let mostWaiting = 0
  const come = async (): Promise<void> => {
    try {
      const passing = gate.pass()
      mostWaiting = Math.max(mostWaiting, gate.waiting)
      await passing
      admitted.push(time.now())
    } catch (error) {
      assert.ok(error instanceof RoomError && error.code === 'busy' && error.retry === 'retry')
      const { retryInMs } = error.data as { retryInMs: number }
      told.push(retryInMs)
      time.after(retryInMs, () => void come())
    }
  }
  for (let index = 0; index < clients; index += 1) void come()
  await time.run()
  return { admitted, told, mostWaiting }
}

test('[SA1] never more than the rate within any second, a tenth of it at once, and the queue is bounded', async () => {
  const { admitted, mostWaiting } = await storm(5_000, 500)
  assert.equal(admitted.length, 5_000)
  for (const [index, at] of admitted.entries()) {
    const later = admitted[index + 500]
    if (later !== undefined) assert.ok(later - at >= 999.9, `${index}: ${later - at} ms for 501`)
  }
  assert.equal(admitted.filter((at) => at === 0).length, 50)
  assert.ok(mostWaiting <= 500, `${mostWaiting} waited`)
})

test('[SA2] all of a crowd that obeys are in after its number by nine tenths of the rate, and two seconds', async () => {
  for (const [clients, perSecond] of [
    [10_000, 1_000],
    [5_000, 200],
    [30, 5],
    [3, 1],
  ] as const) {
    const { admitted } = await storm(clients, perSecond)
    const pace = perSecond - Math.max(1, Math.floor(perSecond / 10)) || 1
    assert.equal(admitted.length, clients)
    assert.ok(
      admitted.at(-1)! <= (clients / pace) * 1_000 + 2_000,
      `${clients} by ${perSecond}: ${admitted.at(-1)} ms`,
    )
  }
})

test('[SA3] who is sent away is told a time of its own, behind all who were told before, once and seldom twice', async () => {
  const { told } = await storm(5_000, 500)
  const first = told.slice(0, 4_000)
  assert.ok(new Set(first).size > 3_000, `${new Set(first).size} times`)
  assert.ok(Math.max(...first) > 8_000 && Math.max(...first) < 12_000)
  assert.ok(Math.min(...first) >= 1_000)
  assert.ok(told.length < 1.2 * 5_000, `${told.length} answers for 5,000 clients`)
})

test('[SA3] nobody is told to wait for much more than a minute', async () => {
  const gate = new SeatGate({
    perSecond: 10,
    now: () => 0,
    after: () => () => undefined,
    random: () => 0.99,
  })
  const told: number[] = []
  const come = async (): Promise<unknown> => gate.pass()
  for (let index = 0; index < 2_000; index += 1)
    void come().catch((error: RoomError) => told.push(Number(error.data['retryInMs'])))
  await new Promise(setImmediate)
  assert.ok(told.length > 1_900)
  assert.ok(Math.max(...told) <= 91_000, `${Math.max(...told)}`)
})
