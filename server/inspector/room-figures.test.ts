import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Asker } from '../../engine/kernel/context.ts'
import type { Journal } from '../../engine/kernel/journal.ts'
import { MemoryJournal } from '../../engine/kernel/memory-journal.ts'
import { counterKind } from '../../engine/kernel/testing/counter-kind.ts'
import { ManualEnvironment } from '../../engine/kernel/testing/manual-environment.ts'
import { LocalDirectory } from '../../engine/runtime/directory.ts'
import { journalContract } from '../../persistence/journal.contract.ts'
import { memoryJournal } from '../../persistence/testing/journals.ts'
import { RoomFigures } from './room-figures.ts'
import { watchRooms } from './room-watch.ts'

const key = 'live_a'
const mia: Asker = { id: 'u_mia', name: 'Mia', roles: ['user'] }
const owner = { node: 'n', incarnation: 'i' }

describe('[IN25] the journal that is watched', () =>
  journalContract(async (settings) => {
    const under = await memoryJournal(settings)
    const watched = (journal: Journal): Journal =>
      watchRooms({ journal, env: new ManualEnvironment(), kinds: () => new Map() }).journal
    return { ...under, journal: watched(under.journal), other: watched(under.other) }
  }))

test('[IN26] of two flushes under way the older one is told, until it is over', async () => {
  let now = 0
  const flights: PromiseWithResolvers<[]>[] = []
  const flush = () => {
    const flight = Promise.withResolvers<[]>()
    flights.push(flight)
    return flight.promise
  }
  const figures = new RoomFigures(() => now)
  const history = { stored: () => undefined, forget: () => undefined }
  const journal = figures.watch(Object.assign(new MemoryJournal(), { flush }), history)
  for (const room of ['live_a', 'live_b']) await journal.open(room, owner)
  const told = () => [figures, figures.of('live_a'), figures.of('live_b')].map((of) => of.flushMs)
  const start = (room: string) => journal.flush([{ room } as never])

  assert.deepEqual(told(), [0, undefined, undefined])
  const hanging = start('live_a')
  now = 2_000
  const quick = start('live_b')
  now = 3_000
  assert.deepEqual(told(), [3_000, 3_000, 1_000])
  flights[1]!.resolve([])
  await quick
  now = 4_000
  assert.deepEqual(told(), [4_000, 4_000, 1_000], 'the one that hangs is not hidden')
  flights[0]!.reject(new Error('no database'))
  await assert.rejects(hanging, /no database/)
  now = 5_000
  assert.deepEqual(told(), [4_000, 4_000, 1_000], 'what the last one took')
})

function node() {
  const env = new ManualEnvironment()
  const journal = new MemoryJournal()
  const watch = watchRooms({ journal, env, kinds: () => new Map() })
  const directory = new LocalDirectory({
    kinds: [counterKind],
    journal: watch.journal,
    owner,
    env,
    observe: watch.observe,
    lost: watch.lost,
  })
  const add = (): Promise<unknown> => directory.ask(key, 'counter.add', { by: 1 }, mia)
  return { env, journal, watch, directory, add }
}

const nothing = {
  eventsPerSecond: 0,
  audience: undefined,
  stateBytes: undefined,
  storedAt: undefined,
  flushMs: undefined,
}

const down = (): Promise<never> => Promise.reject(new Error('no database'))

const ends: Readonly<Record<string, (of: ReturnType<typeof node>) => Promise<void>>> = {
  'it is closed': ({ directory }) => directory.release(key),
  'it is closed while the database is down': ({ directory, journal }) => {
    journal.release = down
    return directory.release(key)
  },
  'the node loses its lease': async ({ directory }) => directory.own(undefined),
  'another node takes it': async ({ directory, journal, env }) => {
    const actor = await directory.actor(key)
    await journal.open(key, { node: 'm', incarnation: 'j' })
    const fenced = actor.ask('counter.add', { by: 1 }, mia, env.newId())
    await assert.rejects(fenced, { code: 'room.lost' })
  },
  'a flush of it fails': async ({ directory, journal, env }) => {
    const actor = await directory.actor(key)
    journal.flush = down
    const failed = actor.ask('counter.add', { by: 1 }, mia, env.newId())
    await assert.rejects(failed, { code: 'room.lost' })
  },
}

for (const [end, happen] of Object.entries(ends)) {
  test(`[IN27] nothing is kept of a room when ${end}`, async () => {
    const one = node()
    await one.add()
    const before = one.watch.figures.of(key)
    assert.ok(before.eventsPerSecond > 0 && before.flushMs !== undefined)
    await happen(one)
    assert.deepEqual(one.directory.keys(), [])
    assert.deepEqual(one.watch.figures.of(key), nothing)
  })
}

test('[IN27] a snapshot that is stored after the end of its room is not noted', async () => {
  const { env, journal, watch, directory, add } = node()
  await add()
  const stored = Promise.withResolvers<boolean>()
  const asked = Promise.withResolvers<void>()
  journal.checkpoint = () => {
    asked.resolve()
    return stored.promise
  }
  env.advance(5_000)
  await asked.promise
  directory.own(undefined)
  stored.resolve(true)
  await new Promise(setImmediate)
  assert.deepEqual(watch.figures.of(key), nothing)
})

test('[IN27] an opening that comes too late takes nothing from the room that is open meanwhile', async () => {
  const { journal, watch, directory, add } = node()
  const late = Promise.withResolvers<void>()
  const open = journal.open.bind(journal)
  journal.open = async (...args) => {
    journal.open = open
    const opened = await open(...args)
    await late.promise
    return opened
  }
  const first = directory.actor(key)
  await new Promise(setImmediate)
  directory.own(undefined)
  directory.own({ node: 'n', incarnation: 'i2' })
  await add()
  const before = watch.figures.of(key)
  assert.ok(before.eventsPerSecond > 0)
  late.resolve()
  await first
  await new Promise(setImmediate)
  assert.deepEqual(watch.figures.of(key), before)
})
