import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asker } from './context.ts'
import { Committer } from './committer.ts'
import { compileKind } from './compiled-kind.ts'
import type { FlushResult, Journal, RoomBatch } from './journal.ts'
import { MemoryJournal } from './memory-journal.ts'
import { RoomActor, type PublishedBatch } from './room-actor.ts'
import type { Snapshot } from './room-core.ts'
import { RoomError } from './room-error.ts'
import { decodeState, encodeState } from './snapshot-codec.ts'
import { counterKind } from './testing/counter-kind.ts'
import { ManualEnvironment } from './testing/manual-environment.ts'
import { PurseSettler } from './testing/purse-settler.ts'

const ann: Asker = { id: 'u_ann', name: 'Ann', roles: ['user'] }
const host: Asker = { id: 'u_host', name: 'Host', roles: ['user'] }
const kind = compileKind(counterKind)
const owner = { node: 'n1', incarnation: 'i1' }

/** Lets a test hold, count, fail or fence the flushes of a real journal. */
class SteeredJournal extends MemoryJournal {
  readonly batches: number[] = []
  hold: Promise<void> | undefined
  next: 'write' | 'fail before' | 'fail after' | 'fence' = 'write'

  override async flush(batches: readonly RoomBatch[]): Promise<readonly FlushResult[]> {
    this.batches.push(batches.length)
    const next = this.next
    this.next = 'write'
    if (next === 'fail before') throw new Error('connection lost')
    if (next === 'fence') return batches.map(() => 'fenced')
    const results = await super.flush(batches)
    await this.hold
    if (next === 'fail after') throw new Error('connection lost after the commit')
    return results
  }
}

async function setup(
  options: {
    journal?: SteeredJournal
    env?: ManualEnvironment
    key?: string
    maxWaiting?: number
  } = {},
) {
  const purse = new PurseSettler(100)
  const journal = options.journal ?? new SteeredJournal({ settlers: [purse] })
  const env = options.env ?? new ManualEnvironment()
  const committer = new Committer(journal as Journal, { now: env.now })
  const open = (key = options.key ?? 'live_a'): Promise<RoomActor> => {
    const { maxWaiting } = options
    return RoomActor.open({
      key,
      kind,
      journal,
      committer,
      env,
      owner,
      ...(maxWaiting && { maxWaiting }),
    })
  }
  const actor = await open()
  const seen: PublishedBatch[] = []
  const listen = (to: RoomActor) =>
    to.listen({ events: (batch) => void seen.push(batch), lost: () => undefined })
  listen(actor)
  return { actor, committer, env, journal, open, purse, seen, listen }
}

const code = (wanted: string) => (error: unknown) =>
  error instanceof RoomError && error.code === wanted

test('[KE1] [KE2] a commit is not seen, answered or viewed before it is durable; immediate commands pass it', async () => {
  const { actor, env, journal, seen } = await setup()
  const held = Promise.withResolvers<void>()
  journal.hold = held.promise
  let answered = false
  const adding = actor.ask('counter.add', { by: 5 }, ann, env.newId()).then(() => (answered = true))
  while (!journal.batches.length) await new Promise(setImmediate)
  await actor.ask('aside.wave', {}, ann, env.newId()) // answered during the flush
  assert.deepEqual(
    seen.map(({ firstSeq }) => firstSeq),
    [0],
  )
  assert.equal(answered, false)
  let viewed = false
  const viewing = actor.view(ann).then(({ view, position }) => {
    viewed = true
    return { view, position }
  })
  await new Promise(setImmediate)
  assert.equal(viewed, false, '[KE11] no view of what is not committed')
  held.resolve()
  await adding
  const { view, position } = await viewing
  assert.deepEqual(position, { epoch: 1, seq: 1 })
  assert.equal((view.counter as { total: number }).total, 5)
  assert.deepEqual(
    seen.map(({ firstSeq }) => firstSeq),
    [0, 1],
  )
})

test('[KE30] what an immediate command may have read is durable before it is answered, refused or seen', async () => {
  const { actor, env, journal, seen } = await setup()
  const held = Promise.withResolvers<void>()
  journal.hold = held.promise
  const adding = actor.ask('counter.add', { by: 5 }, ann, env.newId())
  while (!journal.batches.length) await new Promise(setImmediate)
  const id = env.newId()
  const told: unknown[] = []
  const peeking = actor.ask('counter.peek', {}, ann, id)
  const again = actor.ask('counter.peek', {}, ann, id)
  const refused = actor.ask('counter.leak', {}, ann, env.newId())
  for (const asked of [peeking, again, refused])
    asked.then(
      (answer) => told.push(answer),
      ({ code }) => told.push(code),
    )
  await new Promise(setImmediate)
  assert.deepEqual([told, seen], [[], []])
  held.resolve()
  await Promise.all([adding, peeking, again])
  await assert.rejects(refused)
  assert.deepEqual(told, [{ total: 5 }, { total: 5 }, 'internal'])
  assert.deepEqual(
    seen.map(({ events }) => events.map(({ type }) => type)),
    [['counter.added'], ['counter.peeked']],
  )
  assert.deepEqual(await actor.ask('counter.peek', {}, ann, id), { total: 5 }, 'counted once')
})

test('[KE30] when the commit fails, what was decided on it is lost with it, unseen', async () => {
  const { actor, env, journal, seen } = await setup()
  const held = Promise.withResolvers<void>()
  journal.hold = held.promise
  journal.next = 'fail after'
  const adding = actor.ask('counter.add', { by: 5 }, ann, env.newId())
  while (!journal.batches.length) await new Promise(setImmediate)
  await new Promise(setImmediate)
  const peeking = actor.ask('counter.peek', {}, ann, env.newId())
  held.resolve()
  await assert.rejects(adding, code('room.lost'))
  await assert.rejects(peeking, code('room.lost'))
  assert.deepEqual(seen, [])
})

test('[KE30] an event that changes rights holds every immediate command, in a bounded number', async () => {
  const { actor, env, journal } = await setup({ maxWaiting: 2 })
  const held = Promise.withResolvers<void>()
  journal.hold = held.promise
  const ruling = actor.ask('counter.rule', {}, { ...ann, id: 'u_host' }, env.newId())
  while (!journal.batches.length) await new Promise(setImmediate)
  await new Promise(setImmediate)
  const wave = () => actor.ask('aside.wave', {}, ann, env.newId())
  let answered = 0
  const waving = [wave(), wave()].map((one) => one.then(() => (answered += 1)))
  await assert.rejects(wave(), code('busy'))
  assert.equal(answered, 0)
  held.resolve()
  await Promise.all([ruling, ...waving])
  assert.equal(answered, 2)
})

test('[KE11] a view is taken at a committed position', async () => {
  const { actor, env } = await setup()
  await actor.ask('counter.add', { by: 2 }, ann, env.newId())
  const { position, view, can } = await actor.view(ann)
  assert.deepEqual(position, actor.position)
  assert.deepEqual(view, {
    counter: { total: 2, seen: 0, bought: 0, rung: [] },
    watcher: { additions: 1 },
  })
  assert.deepEqual(can, ['watch'])
})

test('[KE3] a hundred waiting commands of two rooms share one flush', async () => {
  const { actor, committer, env, journal } = await setup()
  const other = await RoomActor.open({ key: 'live_b', kind, journal, committer, env, owner })
  const asks = Array.from({ length: 100 }, (_, index) =>
    (index % 2 ? actor : other).ask('counter.add', { by: 1 }, ann, env.newId()),
  )
  await Promise.all(asks)
  assert.deepEqual(journal.batches, [2], 'both rooms in one')
})

test('[KE3] a thousand waiting commands of three rooms share two flushes at once; a room is in one of them', async () => {
  const { actor, committer, env, journal, open } = await setup()
  const rooms = [actor, await open('live_b'), await open('live_c')]
  const held = Promise.withResolvers<void>()
  journal.hold = held.promise
  const ask = (index: number) =>
    rooms[index % 3]!.ask('counter.add', { by: 1 }, ann, env.newId()) as Promise<unknown>
  const first = Promise.all(Array.from({ length: 999 }, (_, index) => ask(index)))
  while (journal.batches.length < 2) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(journal.batches, [2, 1])
  const later = Promise.all(Array.from({ length: 999 }, (_, index) => ask(index)))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(journal.batches.length, 2, 'no third, and no room twice')
  held.resolve()
  await Promise.all([first, later])
  await committer.idle()
  assert.deepEqual(
    rooms.map(({ position }) => position.seq),
    [666, 666, 666],
  )
})

test('[KE4] [KE25] a repeated id takes effect once and gets the same answer, also while under way', async () => {
  const { actor, env } = await setup()
  const id = env.newId()
  const [first, twin] = await Promise.all([
    actor.ask('counter.add', { by: 3 }, ann, id),
    actor.ask('counter.add', { by: 3 }, ann, id),
  ])
  const later = await actor.ask('counter.add', { by: 3 }, ann, id)
  assert.deepEqual(twin, first)
  assert.deepEqual(later, first)
  assert.equal(actor.position.seq, 1)
  await actor.ask('counter.add', { by: 3 }, host, id)
  assert.equal(actor.position.seq, 2, 'another asker has ids of its own')
})

test('[KE5] too old and future ids are refused', async () => {
  const { actor, env } = await setup()
  const old = env.idAt(env.now() - 11 * 60_000)
  const ahead = env.idAt(env.now() + 61_000)
  await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, old), code('command.expired'))
  await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, ahead), code('command.ahead'))
  assert.equal(actor.position.seq, 0)
})

test('[KE7] a settled command with an old id still works, and its row answers the repetition', async () => {
  const { actor, env, purse, open } = await setup()
  const old = env.idAt(env.now() - 24 * 3_600_000)
  const first = await actor.ask('counter.buy', { price: 30 }, ann, old)
  env.advance(20 * 60_000)
  const again = await (await open()).ask('counter.buy', { price: 30 }, ann, old)
  assert.deepEqual(again, first)
  assert.equal(purse.balances.get('u_ann'), 70)
})

test('[KE8] numbers are gapless over epochs and only commit events have them', async () => {
  const { actor, env, open, seen, listen } = await setup()
  await actor.ask('counter.add', { by: 1 }, ann, env.newId())
  await actor.ask('counter.peek', {}, ann, env.newId())
  await actor.close()
  const next = await open()
  listen(next)
  await Promise.all([1, 2].map((by) => next.ask('counter.add', { by }, ann, env.newId())))
  const shown = seen.map(({ epoch, firstSeq, events }) => [epoch, firstSeq, events.length])
  assert.deepEqual(shown, [[1, 1, 1], [1, 0, 1], [2, 2, 2]]) // prettier-ignore
})

for (const how of ['fail before', 'fail after', 'fence'] as const) {
  test(`[KE9] a flush that is lost (${how}) shows nothing and ends the actor`, async () => {
    const { actor, env, journal, open, seen } = await setup()
    journal.next = how
    const id = env.newId()
    await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, id), code('room.lost'))
    await assert.rejects(actor.ask('counter.peek', {}, ann, env.newId()), code('room.lost'))
    assert.equal(seen.length, 0)
    const next = await open()
    await next.ask('counter.add', { by: 1 }, ann, id)
    const { view } = await next.view(ann)
    assert.equal((view.counter as { total: number }).total, 1, 'the same id again has one effect')
  })
}

test('[KE10] snapshot and tail rebuild state, timers and the memory of ids', async () => {
  const { actor, env, open } = await setup()
  const id = env.newId()
  const answer = await actor.ask('counter.add', { by: 1 }, ann, id)
  await actor.ask('counter.later', { key: 'a', inMs: 60_000 }, ann, env.newId())
  env.advance(6_000) // the snapshot of the first two
  await new Promise(setImmediate)
  await actor.ask('counter.add', { by: 2 }, ann, env.newId())
  const before = (await actor.view(ann)).view
  const next = await open()
  assert.deepEqual((await next.view(ann)).view, before)
  assert.deepEqual(await next.ask('counter.add', { by: 1 }, ann, id), answer)
  env.advance(60_000)
  while (next.position.seq < 3) await new Promise(setImmediate)
  const { view } = await next.view(ann)
  assert.deepEqual((view.counter as { rung: string[] }).rung, ['a'])
})

test('[KE12] what is refused leaves nothing, not even money', async () => {
  const { actor, env, purse } = await setup()
  await assert.rejects(
    actor.ask('counter.buy', { price: 101 }, ann, env.newId()),
    code('insufficient_balance'),
  )
  const rich: Asker = { ...ann, id: 'u_rich' }
  purse.balances.set('u_rich', 9_999)
  const asks = [1_000, 1_000, 1_000, 1_000, 1_000, 999, 999].map((price) =>
    actor.ask('counter.buy', { price }, rich, env.newId()).catch((error: RoomError) => error.code),
  )
  const answers = await Promise.all(asks)
  assert.deepEqual(answers.slice(5), ['counter.sold', 'counter.sold'])
  assert.equal(purse.balances.get('u_rich'), 4_999)
  assert.equal(actor.position.seq, 5)
})

test('[KE13] [KE14] defects are answered as internal and told', async () => {
  const { actor, env } = await setup()
  for (const command of ['counter.crash', 'counter.leak']) {
    const asked = actor.ask(command, {}, ann, env.newId())
    await assert.rejects(
      asked,
      (error: RoomError) => error.code === 'internal' && !error.message.includes('defect'),
    )
  }
  assert.deepEqual(
    env.defects.map(({ where }) => where),
    ['counter.crash', 'counter.leak'],
  )
  assert.equal(actor.position.seq, 0)
})

test('[KE15] a timer asks once; replaced and cleared ones do not', async () => {
  const { actor, env } = await setup()
  const later = (key: string, inMs: number) =>
    actor.ask('counter.later', { key, inMs }, ann, env.newId())
  await later('a', 1_000)
  await later('a', 5_000)
  await later('b', 2_000)
  await actor.ask('counter.never', { key: 'b' }, ann, env.newId())
  env.advance(3_000)
  await new Promise(setImmediate)
  assert.equal(actor.position.seq, 0)
  env.advance(3_000)
  while (actor.position.seq < 1) await new Promise(setImmediate)
  env.advance(60_000)
  await new Promise(setImmediate)
  const { view } = await actor.view(ann)
  assert.deepEqual((view.counter as { rung: string[] }).rung, ['a'])
})

test('[KE16] a timer whose command is refused is gone', async () => {
  const { actor, env, journal, open } = await setup()
  await actor.ask('counter.later', { key: 'x'.repeat(20), inMs: 1 }, ann, env.newId())
  journal.next = 'fence'
  env.advance(10) // the first ring dies with the actor
  await new Promise(setImmediate)
  const next = await open()
  env.advance(10)
  while (next.position.seq < 1) await new Promise(setImmediate)
  assert.deepEqual(await journal.due(env.now() + 1e9, 10), [])
})

test('[KE17] [KE18] unknown, internal and misshapen commands are refused by name', async () => {
  const { actor, env } = await setup()
  await assert.rejects(
    actor.ask('counter.ring', { key: 'a' }, host, env.newId()),
    code('command.unknown'),
  )
  await assert.rejects(actor.ask('nothing', {}, ann, env.newId()), code('command.unknown'))
  await assert.rejects(actor.ask('__proto__', {}, ann, env.newId()), code('command.unknown'))
  await assert.rejects(actor.ask('counter.rule', {}, ann, env.newId()), code('forbidden'))
  for (const by of [0, -1, 1.5, '1', null, Number.NaN, 1e9, [1], {}]) {
    await assert.rejects(
      actor.ask('counter.add', { by }, ann, env.newId()),
      (error: RoomError) => error.code === 'input.invalid' && error.data.field === 'by',
    )
  }
  for (const input of [undefined, null, 5, 'x', [], {}, { by: 1, more: 1 }]) {
    await assert.rejects(actor.ask('counter.add', input, ann, env.newId()), code('input.invalid'))
  }
  for (const id of ['', 'x', '018f0000-0000-4000-8000-000000000000', 7, undefined, {}]) {
    await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, id as string), code('command.id'))
  }
  assert.equal(actor.position.seq, 0)
})

test('[KE19] waiting commands are bounded', async () => {
  const { actor, env } = await setup({ maxWaiting: 10 })
  const asks = Array.from({ length: 12 }, () =>
    actor.ask('counter.add', { by: 1 }, ann, env.newId()),
  )
  const results = await Promise.allSettled(asks)
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 2)
  assert.ok(refused.every(({ reason }) => reason.code === 'busy' && reason.data.retryInMs > 0))
})

test('[OV4] while a commit hangs, commands are refused instead of waiting for longer than a second', async () => {
  const { actor, env, journal } = await setup()
  const held = Promise.withResolvers<void>()
  journal.hold = held.promise
  const add = () => actor.ask('counter.add', { by: 1 }, ann, env.newId())
  const first = add()
  while (!journal.batches.length) await new Promise(setImmediate)
  env.advance(900)
  const second = add()
  env.advance(200)
  await assert.rejects(add(), (error: RoomError) => {
    const { retryInMs } = error.data as { retryInMs: number }
    return error.code === 'busy' && error.retry === 'retry' && retryInMs > 500 && retryInMs < 2_000
  })
  held.resolve()
  await Promise.all([first, second])
  await add()
})

test('[KE21] a listener that throws harms nobody', async () => {
  const { actor, env, seen, listen } = await setup()
  actor.listen({
    events() {
      throw new Error('bad listener')
    },
    lost: () => undefined,
  })
  listen(actor)
  await actor.ask('counter.add', { by: 1 }, ann, env.newId())
  assert.equal(seen.length, 2)
  assert.equal(env.defects.length, 1)
})

test('[KE22] what was missed is told exactly, or that it is gone', async () => {
  const { actor, env, open } = await setup()
  for (let by = 1; by <= 5; by += 1) await actor.ask('counter.add', { by }, ann, env.newId())
  const missed = actor.since(2)
  assert.deepEqual(
    missed?.map(({ data }) => data.by),
    [3, 4, 5],
  )
  assert.deepEqual(actor.since(5), [])
  assert.equal(actor.since(6), undefined, 'a position of the future is not recoverable')
  await actor.close()
  const next = await open()
  assert.equal(next.since(2), undefined, 'the memory journal drops its tail at a checkpoint')
  assert.deepEqual(next.since(5), [])
})

test('[KE27] immediate commands are not repeated over a crash, and remembered over an orderly end', async () => {
  const { actor, env, open } = await setup()
  const id = env.newId()
  const answer = await actor.ask('counter.peek', {}, ann, id)
  env.advance(5_001) // the snapshot holds the effect, not the id
  await new Promise(setImmediate)
  const next = await open()
  await assert.rejects(next.ask('counter.peek', {}, ann, id), code('command.expired'))
  const later = env.newId()
  const again = await next.ask('counter.peek', {}, ann, later)
  await next.close()
  env.advance(1_000)
  const last = await open()
  assert.deepEqual(await last.ask('counter.peek', {}, ann, later), again)
  assert.deepEqual(answer, { total: 0 })
  assert.equal(((await last.view(ann)).view.counter as { seen: number }).seen, 2)
})

test('[KE27] nor over a crash that comes before the first snapshot after an orderly end', async () => {
  const { actor, env, open } = await setup()
  const known = env.newId()
  const answer = await actor.ask('counter.peek', {}, ann, known)
  await actor.close()
  const second = await open()
  const id = env.newId()
  await second.ask('aside.wave', {}, ann, id) // no snapshot follows a line
  env.advance(1)
  const third = await open()
  await assert.rejects(third.ask('aside.wave', {}, ann, id), code('command.expired'))
  assert.deepEqual(await third.ask('counter.peek', {}, ann, known), answer)
})

test('[KE27] nor where the snapshot is of a version that did not tell its epoch', async () => {
  const { actor, env, journal, open } = await setup()
  await actor.ask('counter.peek', {}, ann, env.newId())
  const id = env.newId()
  env.advance(1)
  journal.checkpoint = (room, at, bytes) => {
    const { epoch: _, ...former } = decodeState<Snapshot>(bytes)
    return MemoryJournal.prototype.checkpoint.call(journal, room, at, encodeState(former))
  }
  await actor.close()
  const next = await open()
  assert.equal(((await next.view(ann)).view.counter as { seen: number }).seen, 1)
  await assert.rejects(next.ask('aside.wave', {}, ann, id), code('command.expired'))
})
