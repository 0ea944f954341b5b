import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asker } from './context.ts'
import { Committer } from './committer.ts'
import { compileKind } from './compiled-kind.ts'
import { MemoryJournal } from './memory-journal.ts'
import { RoomActor, type RoomActorOptions } from './room-actor.ts'
import { counterKind } from './testing/counter-kind.ts'
import { ManualEnvironment } from './testing/manual-environment.ts'

const ann: Asker = { id: 'u_ann', name: 'Ann', roles: ['user'] }
const kind = compileKind(counterKind)
const owner = { node: 'n1', incarnation: 'i1' }

function setup(options: Partial<RoomActorOptions> = {}) {
  const host = new ManualEnvironment()
  let offset = 0
  const env = {
    now: () => host.now() + offset,
    random: host.random,
    newId: () => host.idAt(host.now() + offset),
    after: host.after,
    defect: host.defect,
  }
  const journal = new MemoryJournal()
  const open = () =>
    RoomActor.open({
      key: 'live_a',
      kind,
      journal,
      committer: new Committer(journal, { now: env.now }),
      env,
      owner,
      ...options,
    })
  /** Sets the wall clock; what waits goes on waiting. */
  const setClock = (ms: number): void => void (offset = ms)
  return { host, env, journal, open, setClock }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

async function counterOf(actor: RoomActor) {
  const { view } = await actor.view(ann)
  return view.counter as { seen: number; rung: string[] }
}

test('[KE27] an immediate command whose id was ahead of the clock is not repeated over a crash', async () => {
  const { host, open } = setup()
  const early = host.idAt(host.now() + 50_000)
  const first = await open()
  const answer = await first.ask('counter.peek', {}, ann, early)
  host.advance(5_001) // the snapshot holds the effect
  await turn()
  const next = await open()
  assert.deepEqual(await next.ask('counter.peek', {}, ann, early), answer)
  assert.equal((await counterOf(next)).seen, 1)
})

test('[KE27] nor one that came before the clock was set back', async () => {
  const { host, env, open, setClock } = setup()
  setClock(3_600_000)
  const first = await open()
  const id = env.newId()
  const older = env.newId()
  setClock(3_600_001)
  for (const one of [id, older]) await first.ask('counter.peek', {}, ann, one)
  setClock(0)
  host.advance(5_001)
  await turn()
  setClock(3_600_000 - 10_000) // a third node, a little behind the first
  const next = await open()
  for (const one of [id, older])
    await assert.rejects(next.ask('counter.peek', {}, ann, one), { code: 'command.expired' })
  assert.equal((await counterOf(next)).seen, 2)
})

test('[KE27] nor one whose snapshot was stored while the clock was ahead', async () => {
  const { host, open, setClock } = setup()
  const first = await open()
  const early = host.idAt(host.now() + 30_000)
  await first.ask('counter.peek', {}, ann, early)
  setClock(3_600_000)
  host.advance(5_001)
  await turn()
  setClock(0)
  await first.ask('counter.peek', {}, ann, host.newId())
  host.advance(5_001) // the next snapshot, of the right time
  await turn()
  const next = await open()
  await assert.rejects(next.ask('counter.peek', {}, ann, early), { code: 'command.expired' })
  assert.equal((await counterOf(next)).seen, 2)
})

test('[KE27] a flood of ids that are ahead is refused together instead of listed', async () => {
  const { host, open } = setup()
  const first = await open()
  const ids = Array.from({ length: 1_200 }, () => host.idAt(host.now() + 50_000))
  for (const id of ids) await first.ask('counter.peek', {}, ann, id)
  host.advance(5_001)
  await turn()
  const next = await open()
  for (const id of ids.slice(0, 3))
    await assert.rejects(next.ask('counter.peek', {}, ann, id), { code: 'command.expired' })
})

test('[KE15] a timer finds a wall clock that was set while it waited', async () => {
  const { host, env, open, setClock } = setup()
  const actor = await open()
  await actor.ask('counter.later', { key: 'a', inMs: 1_800_000 }, ann, env.newId())
  setClock(3_600_000)
  host.advance(10_000)
  while (actor.position.seq < 1) await turn()
  assert.deepEqual((await counterOf(actor)).rung, ['a'])
})

test('[KE15] a timer whose command this version does not know holds up no other', async () => {
  const { host, env, journal, open } = setup()
  const first = await open()
  await first.ask('counter.later', { key: 'known', inMs: 20_000 }, ann, env.newId())
  const { epoch } = first
  const future = {
    key: 'unknown',
    set: { at: env.now() + 1_000, command: 'counter.new', input: {} },
  }
  await journal.flush([
    {
      room: 'live_a',
      epoch,
      firstSeq: 1,
      settle: [],
      decide: () => ({ commands: [], events: [], timers: [future], wakeAt: env.now(), outbox: [] }),
    },
  ])
  const next = await open()
  host.advance(31_000)
  while (next.position.seq < 1) await turn()
  assert.deepEqual((await counterOf(next)).rung, ['known'])
})

test('[KE19] a full queue refuses people and never a timer', async () => {
  const { host, env, open } = setup({ maxWaiting: 1 })
  const actor = await open()
  await actor.ask('counter.later', { key: 'a', inMs: 1_000 }, ann, env.newId())
  const waits = actor.ask('counter.add', { by: 1 }, ann, env.newId())
  host.advance(1_000)
  await assert.rejects(actor.ask('counter.add', { by: 1 }, ann, env.newId()), { code: 'busy' })
  await waits
  while (actor.position.seq < 2) await turn()
  assert.deepEqual((await counterOf(actor)).rung, ['a'])
})

test('[KE22] a room whose kept tail holds no event tells a gap, and knows who has everything', async () => {
  const { env, open } = setup()
  const first = await open()
  await first.ask('counter.add', { by: 1 }, ann, env.newId())
  await first.ask('counter.later', { key: 'a', inMs: 60_000 }, ann, env.newId())
  await first.close()
  const next = await open()
  assert.equal(next.since(0), undefined)
  assert.deepEqual(next.since(1), [])
})

test('[KE9] an actor that cannot be given up is over all the same', async () => {
  const { env, journal, open } = setup()
  const actor = await open()
  await actor.ask('counter.add', { by: 1 }, ann, env.newId())
  let lost = 0
  actor.listen({ events: () => undefined, lost: () => (lost += 1) })
  journal.release = () => Promise.reject(new Error('unreachable'))
  await assert.rejects(actor.close(), /unreachable/)
  assert.equal(lost, 1)
  assert.equal((await open()).position.seq, 1)
})
