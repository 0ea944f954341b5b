import { describe } from 'node:test'
import type { Journal } from '../../engine/kernel/journal.ts'
import { ManualEnvironment } from '../../engine/kernel/testing/manual-environment.ts'
import { journalContract } from '../../persistence/journal.contract.ts'
import { memoryJournal } from '../../persistence/testing/journals.ts'
import { watchRooms } from './room-watch.ts'

describe('[IN25] the journal that is watched', () =>
  journalContract(async (settings) => {
    const under = await memoryJournal(settings)
    const watched = (journal: Journal): Journal =>
      watchRooms({ journal, env: new ManualEnvironment(), kinds: () => new Map() }).journal
    return { ...under, journal: watched(under.journal), other: watched(under.other) }
  }))
