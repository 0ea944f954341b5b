/** Every migration of this folder. */

import { journalMigrations } from './journal.store.ts'
import { ledgerMigrations } from './ledger.store.ts'
import type { Migrations } from './migrate.ts'
import { outboxMigrations } from './outbox.store.ts'
import { streamMigrations } from './streams.store.ts'

export const persistenceMigrations: Migrations = {
  ...journalMigrations,
  ...ledgerMigrations,
  ...outboxMigrations,
  ...streamMigrations,
}
