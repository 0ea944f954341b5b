import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError, roomLost } from '../kernel/room-error.ts'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { RoomSearches } from './room-searches.ts'

const room = 'live_a'

/** A room whose leader is dead: `led` says who may go on. */
function start() {
  const env = new ManualEnvironment()
  const searches = new RoomSearches({ env })
  const world = { led: false, leaseMs: undefined as number | undefined, attempts: [] as number[] }
  const began = env.now()
  const attempt = async (): Promise<string> => {
    world.attempts.push(env.now() - began)
    if (world.led) return 'found'
    const { leaseMs } = world
    const data = leaseMs === undefined ? {} : { leaseMs: leaseMs - (env.now() - began) }
    throw roomLost(new RoomError('room.elsewhere', 'another node has it', { data }))
  }
  const settle = (): Promise<void> => new Promise((go) => setImmediate(go))
  /** Time goes by in steps of 5 ms, as far as `ms`. */
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 5) {
      await settle()
      env.advance(5)
    }
    await settle()
  }
  return { env, searches, world, attempt, pass, settle }
}

test('[CL57] whoever waits for a room asks together, ever more rarely', async () => {
  const { searches, world, attempt, pass } = start()
  const waiting = Array.from({ length: 10 }, () => searches.persist(room, attempt))
  await pass(3_000)
  const times = [...new Set(world.attempts)]
  assert.equal(world.attempts.length, 10 * times.length, 'each time all of them')
  assert.ok(times.length < 30, `${times}`)
  const pauses = times.slice(1).map((at, index) => at - times[index]!)
  assert.ok(Math.min(...pauses) >= 10 && Math.max(...pauses) <= 455, `${pauses}`)
  const late = searches.persist(room, attempt)
  assert.equal(world.attempts.length, 10 * times.length, 'who comes while they pause waits, too')
  let refusal: RoomError | undefined
  const giveUp = (error: RoomError): boolean => ((refusal = error), true)
  assert.equal(await searches.persist(room, attempt, giveUp), undefined)
  assert.equal(refusal?.code, 'room.lost')
  assert.equal(world.attempts.length, 10 * times.length, 'who does not wait hears what they heard')
  world.led = true
  await pass(455)
  assert.equal(await late, 'found')
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['found']))
  assert.equal(searches.has(room), false)
})

test("[CL57] they ask at the end of the former leader's lease, and as soon as a leader is told", async () => {
  const first = start()
  first.world.leaseMs = 2_222
  const found = first.searches.persist(room, first.attempt)
  await first.pass(2_220)
  first.world.led = true
  await first.pass(35)
  assert.equal(await found, 'found')
  assert.ok(first.world.attempts.at(-1)! >= 2_222, `${first.world.attempts}`)

  const told = start()
  const waiting = told.searches.persist(room, told.attempt)
  await told.pass(1_000)
  const before = told.world.attempts.length
  told.world.led = true
  told.searches.wake('live_other')
  await told.settle()
  assert.equal(told.world.attempts.length, before)
  told.searches.wake(room)
  assert.equal(await waiting, 'found')
})

test('[CL57] word of a leader that comes while one asks is not lost', async () => {
  const { searches, world, pass, env } = start()
  let answer = (_led: boolean): void => undefined
  const waiting = searches.persist(room, async () => {
    world.attempts.push(env.now())
    const led = await new Promise<boolean>((resolve) => (answer = resolve))
    if (!led) throw roomLost()
    return 'found'
  })
  await pass(5)
  answer(false)
  await pass(40) // its first pause is over, and it asks again
  assert.equal(world.attempts.length, 2)
  searches.wake(room)
  answer(false)
  await pass(0)
  env.advance(0)
  await pass(0)
  assert.equal(world.attempts.length, 3)
  answer(true)
  assert.equal(await waiting, 'found')
})

test('[CL57] a search ends with what does not pass, and after all patience', async () => {
  const { searches, attempt, pass } = start()
  const unknown = new RoomError('room.unknown', 'no such room')
  await assert.rejects(
    searches.persist(room, () => Promise.reject(unknown)),
    unknown,
  )
  const failure = new Error('the database is away')
  await assert.rejects(
    searches.persist(room, () => Promise.reject(failure)),
    failure,
  )
  const lost = assert.rejects(searches.persist(room, attempt), { code: 'room.lost' })
  await pass(8_500)
  await lost
  assert.equal(await searches.persist(room, attempt, () => true), undefined)
  assert.equal(searches.has(room), false)
})
