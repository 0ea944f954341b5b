import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asker } from '../../engine/kernel/context.ts'
import type { Journal, JournalEntry, RoomEvent } from '../../engine/kernel/journal.ts'
import { MemoryJournal } from '../../engine/kernel/memory-journal.ts'
import type { Snapshot } from '../../engine/kernel/room-core.ts'
import { decodeState } from '../../engine/kernel/snapshot-codec.ts'
import { counterKind } from '../../engine/kernel/testing/counter-kind.ts'
import { ManualEnvironment } from '../../engine/kernel/testing/manual-environment.ts'
import { PurseSettler } from '../../engine/kernel/testing/purse-settler.ts'
import { LocalDirectory } from '../../engine/runtime/directory.ts'
import { RoomTraces } from './room-traces.ts'
import { watchRooms, type RoomWatch } from './room-watch.ts'
import { RoomHistory } from './room-history.ts'

const key = 'live_a'
const mia: Asker = { id: 'u_mia', name: 'Mia', roles: ['user'] }

/** Keeps entries that a snapshot covers, as the SQL journal does for two minutes. */
class KeepingJournal extends MemoryJournal {
  readonly kept = new Map<string, JournalEntry[]>()

  override async checkpoint(room: string, at: { epoch: number; seq: number }, bytes: Uint8Array) {
    const before = (await this.read(room, 0, 1_000)) ?? []
    this.kept.set(room, [...before])
    return super.checkpoint(room, at, bytes)
  }

  override async read(room: string, after: number, limit: number) {
    const known = this.kept.get(room) ?? []
    const last = known.at(-1)
    const end = last ? last.firstSeq + last.events.length - 1 : 0
    if (after >= end) return super.read(room, after, limit)
    const newer = (await super.read(room, end, limit)) ?? []
    return [...known, ...newer]
      .filter(({ firstSeq, events }) => firstSeq + events.length - 1 > after)
      .slice(0, limit)
  }
}

function node(journal: Journal = new KeepingJournal({ settlers: [new PurseSettler(10_000)] })) {
  const env = new ManualEnvironment(7)
  const watch: RoomWatch = watchRooms({ journal, env, kinds: () => directory.kinds })
  const directory: LocalDirectory = new LocalDirectory({
    kinds: [counterKind],
    journal: watch.journal,
    owner: { node: 'n', incarnation: 'i' },
    env,
    observe: (room, batch) => watch.observe(room, batch),
    lost: watch.lost,
  })
  const ask = (command: string, input: unknown) => directory.ask(key, command, input, mia)
  /** Lets what `advance` started come to its end. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  const live = async () => {
    const { position, state } = await (await directory.actor(key)).replica()
    return { seq: position.seq, features: decodeState<Snapshot>(state).features }
  }
  return { env, watch, directory, ask, settle, live }
}

test('[IN7] the past equals the live state that was there at each position, over snapshots', async () => {
  const { env, watch, ask, settle, live, directory } = node()
  const states = new Map<number, unknown>()
  for (let step = 0; step < 40; step += 1) {
    const together = Array.from({ length: 1 + (step % 3) }, () =>
      step % 4 ? ask('counter.add', { by: 1 + step }) : ask('counter.buy', { price: 10 }),
    )
    await Promise.all(together)
    const { seq, features } = await live()
    states.set(seq, features)
    env.advance(2_000)
    await settle()
  }
  assert.ok(states.size >= 40)
  assert.equal(await watch.history.from(key), 0)
  for (const [seq, state] of states) assert.deepEqual(await watch.history.at(key, seq), state)
  const numbers = (await watch.history.events(key, 5, 10)).map(([seq]) => seq)
  assert.deepEqual(numbers, [6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
  await directory.close()
})

test('[IN7] one position of a flush of many events is told between them', async () => {
  const { ask, watch, directory } = node()
  await Promise.all(Array.from({ length: 5 }, () => ask('counter.add', { by: 2 })))
  for (let seq = 0; seq <= 5; seq += 1) {
    const state = await watch.history.at(key, seq)
    assert.equal(state['counter'].total, 2 * seq)
  }
  await directory.close()
})

test('[IN8] a past that is no longer kept is refused, never guessed', async () => {
  const { ask, env, watch, settle, directory } = node(new MemoryJournal()) // drops what a snapshot covers
  for (let n = 0; n < 3; n += 1) await ask('counter.add', { by: 1 })
  env.advance(10_000)
  await settle()
  await ask('counter.add', { by: 1 })
  assert.equal(await watch.history.from(key), 3)
  assert.equal((await watch.history.at(key, 4))['counter'].total, 4)
  await assert.rejects(watch.history.at(key, 2), { code: 'position.unknown' })
  await directory.close()
})

test('[IN8] snapshots for the past stay within their bound and go with their room', async () => {
  const env = new ManualEnvironment()
  const journal = new MemoryJournal()
  const history = new RoomHistory({
    kinds: () => new Map(),
    env,
    read: async () => [],
    maxBytes: 10_000,
  })
  for (let n = 0; n < 100; n += 1) {
    env.advance(10_000)
    history.stored(`live_${n % 7}`, n, new Uint8Array(1_000))
  }
  const kept = await Promise.all(Array.from({ length: 7 }, (_, n) => history.from(`live_${n}`)))
  assert.ok(kept.some((seq) => seq !== undefined))
  assert.ok(
    kept.every((seq) => seq === undefined || seq >= 90),
    String(kept),
  )

  const open = node(journal)
  await open.ask('counter.add', { by: 1 })
  await open.directory.release(key)
  assert.equal(await open.watch.history.from(key), undefined)
  assert.equal(open.watch.figures.of(key).stateBytes, undefined)
  await open.directory.close()
})

test('[IN3] figures: events a second over ten seconds, bytes and time of the newest snapshot', async () => {
  const { env, watch, ask, settle, directory } = node()
  for (let n = 0; n < 20; n += 1) await ask('counter.add', { by: 1 })
  assert.equal(watch.figures.of(key).eventsPerSecond, 2)
  assert.equal(watch.figures.of(key).stateBytes, undefined)
  env.advance(6_000)
  await settle()
  const { stateBytes, storedAt, eventsPerSecond } = watch.figures.of(key)
  assert.ok(stateBytes! > 100)
  assert.ok(Math.abs(storedAt! - env.now()) <= 1_000)
  assert.equal(eventsPerSecond, 2)
  env.advance(60_000)
  assert.equal(watch.figures.of(key).eventsPerSecond, 0)
  await directory.close()
})

test('[IN5] a trace tells every event once, in order, numbered or not, and says what it missed', async () => {
  const { env, watch, ask, directory } = node()
  await ask('counter.add', { by: 1 })
  const recent = () => [] as const
  const first = watch.traces.read(key, undefined, recent)
  assert.deepEqual(first.events, [])
  await ask('counter.peek', {})
  await ask('counter.add', { by: 2 })
  const next = watch.traces.read(key, first.cursor, recent)
  assert.deepEqual(
    next.events.map(({ seq, type }) => [seq, type]),
    [
      [undefined, 'counter.peeked'],
      [2, 'counter.added'],
    ],
  )
  assert.deepEqual(watch.traces.read(key, next.cursor, recent).events, [])
  for (let n = 0; n < 5_000; n += 1) await ask('counter.peek', {})
  let { cursor } = next
  let told = 0
  let missed = 0
  for (;;) {
    const page = watch.traces.read(key, cursor, recent)
    if (!page.events.length) break
    told += page.events.length
    missed += page.missed
    cursor = page.cursor
  }
  assert.ok(missed > 0)
  assert.equal(told + missed, 5_000)

  env.advance(31_000)
  await ask('counter.add', { by: 3 })
  const since = (after = 0) => {
    assert.equal(after, 2, 'the last numbered event that was told')
    return [2, 5, 6].map((seq): [number, RoomEvent] => [seq, { type: 'x', data: seq, at: 0 }])
  }
  const again = watch.traces.read(key, cursor, since)
  assert.notEqual(again.cursor.split('.')[0], cursor.split('.')[0], 'nobody asked for long')
  const elsewhere = new RoomTraces().read(key, cursor, since)
  for (const begun of [again, elsewhere]) {
    const told = begun.events.map(({ seq }) => seq)
    assert.deepEqual([told, begun.missed], [[5, 6], 2], 'it goes on after what was told')
  }
  await directory.close()
})
