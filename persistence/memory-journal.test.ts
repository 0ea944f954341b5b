import { describe } from 'node:test'
import { journalContract } from './journal.contract.ts'
import { memoryJournal } from './testing/journals.ts'

describe('the journal in memory', () => journalContract(memoryJournal))
