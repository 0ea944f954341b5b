import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Journal } from '../../engine/kernel/journal.ts'
import { MemoryJournal } from '../../engine/kernel/memory-journal.ts'
import { ManualEnvironment } from '../../engine/kernel/testing/manual-environment.ts'
import { journalContract } from '../../persistence/journal.contract.ts'
import { memoryJournal } from '../../persistence/testing/journals.ts'
import { RoomFigures } from './room-figures.ts'
import { watchRooms } from './room-watch.ts'

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
