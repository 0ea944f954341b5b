/** What every journal does, in memory and in SQL. */

import { logContract } from './journal-log.contract.ts'
import { ownershipContract } from './journal-ownership.contract.ts'
import type { MakeJournal } from './testing/journals.ts'

export function journalContract(make: MakeJournal): void {
  ownershipContract(make)
  logContract(make)
}
