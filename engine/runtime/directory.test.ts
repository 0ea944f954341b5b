import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asker } from '../kernel/context.ts'
import { MemoryJournal } from '../kernel/memory-journal.ts'
import { RoomError } from '../kernel/room-error.ts'
import { counterKind } from '../kernel/testing/counter-kind.ts'
import { ManualEnvironment } from '../kernel/testing/manual-environment.ts'
import { LocalDirectory } from './directory.ts'

const ann: Asker = { id: 'u_ann', name: 'Ann', roles: ['user'] }
const owner = { node: 'n1', incarnation: 'i1' }

class CountingJournal extends MemoryJournal {
  opened = 0
  override open(...args: Parameters<MemoryJournal['open']>) {
    this.opened += 1
    return super.open(...args)
  }
}

function setup() {
  const env = new ManualEnvironment()
  const journal = new CountingJournal()
  const directory = new LocalDirectory({
    kinds: [counterKind],
    journal,
    owner,
    env,
    idleMs: 60_000,
  })
  return { env, journal, directory }
}

test('[KE23] forty asks for a closed room open it once', async () => {
  const { env, journal, directory } = setup()
  const asks = Array.from({ length: 40 }, () =>
    directory.ask('live_a', 'counter.add', { by: 1 }, ann, env.newId()),
  )
  await Promise.all(asks)
  assert.equal(journal.opened, 1)
})

test('[KE24] an idle room is closed and opens again as it was', async () => {
  const { env, journal, directory } = setup()
  await directory.ask('live_a', 'counter.add', { by: 7 }, ann)
  env.advance(200_000)
  while (directory.keys().length) await new Promise(setImmediate)
  const actor = await directory.actor('live_a')
  assert.equal(journal.opened, 2)
  assert.equal(actor.epoch, 2)
  assert.equal(((await actor.view(ann)).view.counter as { total: number }).total, 7)
})

test('[KE24] a room with a listener stays', async () => {
  const { env, directory } = setup()
  const actor = await directory.actor('live_a')
  actor.listen({ events: () => undefined, lost: () => undefined })
  env.advance(300_000)
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
  assert.deepEqual(directory.keys(), ['live_a'])
})

test('[KE15] a room closed with a timer is opened when it falls due', async () => {
  const { env, directory } = setup()
  await directory.ask('live_a', 'counter.later', { key: 'a', inMs: 600_000 }, ann)
  env.advance(200_000)
  while (directory.keys().length) await new Promise(setImmediate)
  await directory.wakeDue()
  assert.deepEqual(directory.keys(), [], 'not before it is due')
  env.advance(500_000)
  await directory.wakeDue()
  env.advance(1)
  const actor = await directory.actor('live_a')
  while (actor.position.seq < 1) await new Promise(setImmediate)
})

test('[KE15] a room that was given to a node which never heard of it is opened there when its timer is due', async () => {
  const env = new ManualEnvironment()
  const journal = new MemoryJournal({ alive: () => true })
  const to = { node: 'n2', incarnation: 'i2' }
  const common = { kinds: [counterKind], journal, env, idleMs: 3_600_000 }
  const giver = new LocalDirectory({ ...common, owner })
  const taker = new LocalDirectory({ ...common, owner: to })
  await giver.ask('live_a', 'counter.later', { key: 'a', inMs: 600_000 }, ann)
  await giver.handOver('live_a', to)
  env.advance(600_001)
  await giver.wakeDue()
  assert.deepEqual(giver.keys(), [])
  await taker.wakeDue()
  assert.deepEqual(taker.keys(), ['live_a'])
})

test('[KE26] unknown kinds and malformed keys are refused', async () => {
  const { directory } = setup()
  for (const key of [
    '',
    'live_',
    'moon_1',
    'live_a/b',
    '__proto__',
    'live_' + 'x'.repeat(200),
    5 as never,
  ]) {
    const asked = directory.ask(key, 'counter.peek', {}, ann)
    await assert.rejects(
      asked,
      (error) => error instanceof RoomError && error.code === 'room.unknown',
    )
  }
  assert.deepEqual(directory.keys(), [])
})

test('[KE29] a node without its lease abandons its rooms at once and opens none until it has one again', async () => {
  const { env, journal, directory } = setup()
  await directory.ask('live_a', 'counter.add', { by: 1 }, ann)
  const actor = await directory.actor('live_a')
  let lost = 0
  actor.listen({ events: () => undefined, lost: () => (lost += 1) })
  directory.own(undefined)
  assert.equal(lost, 1)
  await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, env.newId()), { code: 'room.lost' })
  await assert.rejects(directory.ask('live_a', 'counter.peek', {}, ann), { code: 'node.fenced' })
  directory.own({ node: 'n1', incarnation: 'i2' })
  await directory.ask('live_a', 'counter.add', { by: 1 }, ann)
  assert.equal(journal.opened, 2)
})

test('[KE29] a room that was being opened when the lease was lost is abandoned', async () => {
  const { env, journal, directory } = setup()
  const gate = Promise.withResolvers<void>()
  const open = journal.open.bind(journal)
  journal.open = async (...args) => {
    await gate.promise
    return open(...args)
  }
  const opening = directory.actor('live_a')
  await new Promise(setImmediate)
  directory.own(undefined)
  gate.resolve()
  const actor = await opening
  await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, env.newId()), { code: 'room.lost' })
})

test('[KE29] a room that was being closed when the lease was lost is abandoned, and nobody waits for its end', async () => {
  const { journal, directory } = setup()
  const actor = await directory.actor('live_a')
  let lost = 0
  actor.listen({ events: () => undefined, lost: () => (lost += 1) })
  const giving = Promise.withResolvers<void>()
  const release = journal.release.bind(journal)
  journal.release = () => {
    giving.resolve()
    return new Promise(() => undefined)
  }
  const closed = directory.release('live_a')
  const waiting = directory.ask('live_a', 'counter.peek', {}, ann)
  await giving.promise
  directory.own(undefined)
  assert.equal(lost, 1)
  await closed
  await assert.rejects(waiting, { code: 'node.fenced' })
  journal.release = release
  directory.own({ node: 'n1', incarnation: 'i2' })
  await directory.ask('live_a', 'counter.add', { by: 1 }, ann)
  assert.equal(journal.opened, 2)
  await directory.close()
})

test('[KE32] flushes that hang hold up nothing after the lease was lost', async () => {
  const { journal, directory } = setup()
  const flush = journal.flush.bind(journal)
  const hanging = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  journal.flush = async (batches) => {
    hanging.resolve()
    await answer.promise
    return flush(batches)
  }
  const asked = directory.ask('live_a', 'counter.add', { by: 1 }, ann)
  await hanging.promise
  directory.own(undefined)
  await assert.rejects(asked, { code: 'node.fenced' })
  journal.flush = flush
  directory.own({ node: 'n1', incarnation: 'i2' })
  await directory.ask('live_a', 'counter.add', { by: 2 }, ann)
  answer.resolve() // by now it is fenced
  await new Promise(setImmediate)
  const { view } = await (await directory.actor('live_a')).view(ann)
  assert.equal((view.counter as { total: number }).total, 2)
})

test('[KE33] rooms with a due timer are looked for once at a time', async () => {
  const { journal, directory } = setup()
  const gate = Promise.withResolvers<never[]>()
  let looked = 0
  journal.due = () => {
    looked += 1
    return gate.promise
  }
  const first = directory.wakeDue()
  await directory.wakeDue()
  assert.equal(looked, 1)
  gate.resolve([])
  await first
  await directory.wakeDue()
  assert.equal(looked, 2)
  journal.due = () => Promise.reject(new Error('away'))
  await assert.rejects(directory.wakeDue(), /away/)
  await assert.rejects(directory.wakeDue(), /away/, 'a failure ends the turn')
})
