import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ManualEnvironment } from '../engine/kernel/testing/manual-environment.ts'
import { leaseContract } from './lease.contract.ts'
import { Lease } from './lease.ts'
import { MemoryLeaseStore } from './memory-lease-store.ts'

const owner = { node: 'a', incarnation: 'a1' }

describe('leases in memory', () => leaseContract(async () => new MemoryLeaseStore()))

test('[LS5] a process that was paused stops leading before anybody else may take over', async () => {
  let now = 0
  const store = new MemoryLeaseStore(() => now)
  const lost: string[] = []
  const options = { ttlMs: 4_000, beatMs: 10, marginMs: 500, clock: () => now }
  const lease = new Lease(store, owner, { ...options, onLost: ({ code }) => void lost.push(code) })
  await lease.start()
  now = 3_499
  assert.equal(lease.held, true)
  now = 3_500
  assert.equal(lease.held, false)
  assert.equal(await store.alive(owner), true)
  now = 10_000 // no beat may bring it back
  await until(() => lost.length > 0)
  assert.equal(lost.length, 1)
  assert.equal(lease.held, false)
  assert.equal(await store.alive(owner), false)
})

test('[LS6] time counts from before a beat was sent, and an unreachable store is tried until time is up', async () => {
  let now = 0
  let reachable = true
  const inner = new MemoryLeaseStore(() => now)
  const beats: boolean[] = []
  const store = {
    alive: inner.alive.bind(inner),
    end: inner.end.bind(inner),
    beat: async (...args: Parameters<typeof inner.beat>) => {
      beats.push(reachable)
      if (!reachable) throw new Error('unreachable')
      const held = await inner.beat(...args)
      now += 1_000 // a slow answer
      return held
    },
  }
  let lost = 0
  const options = { ttlMs: 4_000, beatMs: 2, marginMs: 500, clock: () => now }
  const lease = new Lease(store, owner, { ...options, onLost: () => void lost++ })
  await lease.start()
  reachable = false
  const tried = beats.length
  now = 3_499
  await until(() => beats.length > tried + 3)
  assert.equal(lost, 0)
  assert.equal(lease.held, true)
  now = 3_500 // 4,000 from when the first beat was sent, less the margin
  assert.equal(lease.held, false)
  await lease.stop()
  assert.equal(lost, 0)
})

test('[LS6] an answer that came when the lease was over already is no lease', async () => {
  let now = 0
  const inner = new MemoryLeaseStore(() => now)
  let slow = 5_000
  const store = {
    alive: inner.alive.bind(inner),
    end: inner.end.bind(inner),
    beat: async (...args: Parameters<typeof inner.beat>) => {
      const held = await inner.beat(...args)
      now += slow
      slow = 0
      return held
    },
  }
  let lost = 0
  const lease = new Lease(store, owner, {
    clock: () => now,
    after: timers,
    onLost: () => void lost++,
  })
  await lease.start()
  assert.equal(lease.held, true)
  assert.equal(lost, 0)
  await lease.stop()

  function timers(ms: number, task: () => void): () => void {
    if (ms === 250) queueMicrotask(task) // the pause between two tries
    return () => undefined
  }
})

test('[LS9] slow answers and a late beat say nothing of another process', async () => {
  let now = 0
  const inner = new MemoryLeaseStore(() => now)
  let slow = 0
  const store = {
    alive: inner.alive.bind(inner),
    end: inner.end.bind(inner),
    beat: async (...args: Parameters<typeof inner.beat>) => {
      const held = await inner.beat(...args)
      now += slow
      return held
    },
  }
  const lost: string[] = []
  const tasks: (() => void)[] = []
  const lease = new Lease(store, owner, {
    ttlMs: 4_000,
    beatMs: 1_000,
    marginMs: 500,
    clock: () => now,
    after: (_, task) => {
      tasks.push(task)
      return () => void tasks.splice(tasks.indexOf(task), 1)
    },
    onLost: ({ code }) => void lost.push(code),
  })
  await lease.start()
  now = 60_000 // the machine slept, and the beat is the first to wake
  tasks[0]!()
  await until(() => lost.length > 0)
  assert.deepEqual(lost, ['node.lost'])

  slow = 10_000
  const next = new Lease(
    store,
    { ...owner, incarnation: 'a2' },
    {
      ttlMs: 4_000,
      clock: () => now,
      after: (_, task) => {
        setImmediate(task)
        return () => undefined
      },
      onLost: () => undefined,
    },
  )
  await assert.rejects(next.start(), { code: 'node.lost' })

  // Its own former try has the name still, and the refusal comes after all patience is over.
  const third = new Lease(
    store,
    { ...owner, incarnation: 'a3' },
    {
      ttlMs: 4_000,
      clock: () => now,
      after: (ms, task) => {
        if (ms !== 250) return () => undefined // it has an answer
        slow = 0
        now += ms
        setImmediate(task)
        return () => undefined
      },
      onLost: () => undefined,
    },
  )
  inner.beat({ ...owner, incarnation: 'a2' }, 60_000, false)
  await assert.rejects(third.start(), { code: 'node.lost' })
})

test('[LS10] a beat without an answer holds up none, and a late answer counts from its own sending', async () => {
  const env = new ManualEnvironment()
  const began = env.now()
  const inner = new MemoryLeaseStore(env.now)
  const late: (() => void)[] = []
  let silent = false
  const store = {
    alive: inner.alive.bind(inner),
    end: inner.end.bind(inner),
    beat: async (...args: Parameters<typeof inner.beat>) => {
      const time = await inner.beat(...args)
      if (silent) await new Promise<void>((resolve) => late.push(resolve))
      return time
    },
  }
  const lost: string[] = []
  const lease = new Lease(store, owner, {
    clock: env.now,
    after: env.after,
    onLost: ({ code }) => void lost.push(code),
  })
  const wait = async (ms: number): Promise<void> => {
    for (const end = env.now() + ms; env.now() < end;) {
      env.advance(Math.min(100, end - env.now()))
      await turn()
    }
  }
  await lease.start()
  silent = true
  await wait(1_000)
  assert.equal(late.length, 1)
  silent = false
  await wait(4_000) // the beats after it have answers
  assert.equal(lease.held, true)
  late.shift()!()
  await turn()
  assert.equal(lease.held, true, 'what the later beats were given stays')
  silent = true
  const silentAt = env.now() // the last beat that was answered went now, the others do from here
  await wait(3_400)
  assert.equal(late.length, 3)
  late.shift()!()
  await turn()
  await wait(1_099)
  assert.deepEqual([env.now(), lease.held], [silentAt + 4_499, true])
  await wait(1)
  assert.deepEqual([lease.held, lost], [false, ['node.lost']])
  for (const answer of late) answer()
  await wait(10_000)
  assert.deepEqual([lease.held, lost], [false, ['node.lost']])
  assert.equal(silentAt, began + 5_000)
})

test('[LS10] nor at the start: another one is sent when an answer would be too late', async () => {
  const env = new ManualEnvironment()
  const inner = new MemoryLeaseStore(env.now)
  let beats = 0
  const store = {
    alive: inner.alive.bind(inner),
    end: inner.end.bind(inner),
    beat: (...args: Parameters<typeof inner.beat>) =>
      (beats += 1) === 1 ? new Promise<never>(() => undefined) : inner.beat(...args),
  }
  const options = { clock: env.now, after: env.after, onLost: assert.fail }
  const lease = new Lease(store, owner, options)
  let started = false
  void lease.start().then(() => (started = true))
  for (let step = 0; step < 40; step += 1) {
    env.advance(100)
    await turn()
  }
  assert.ok(started)
  assert.equal(lease.held, true)
  await lease.stop()
})

const turn = () => new Promise(setImmediate)

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}
