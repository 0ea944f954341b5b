/** Reads the database of a platform that was stopped, and holds it against the record of the harness. */

import { checkBooks } from '../../persistence/check-books.ts'
import { openDatabase } from '../../persistence/database.ts'
import '../../rooms/features/gift/gift.store.ts'
import type { Findings } from '../harness/findings.ts'
import type { Sent } from '../harness/record.ts'
import type { Testimony } from '../harness/witness.ts'

export interface BooksEvidence {
  readonly where: { readonly url?: string; readonly dataDir: string }
  readonly rooms: readonly string[]
  readonly sent: readonly Sent[]
  readonly testimonies: readonly Testimony[]
}

/** Adds to `findings` all that does not fit; resolves with the number of gifts in the books. */
export async function checkDatabase(evidence: BooksEvidence, findings: Findings): Promise<number> {
  const { where, rooms, sent, testimonies } = evidence
  const database = await openDatabase(where)
  try {
    for (const breach of await checkBooks(database.db)) findings.add('books', breach)
    let gifts = 0
    for (const room of rooms) {
      const history = await database.db
        .selectFrom('gift_history')
        .where('room', '=', room)
        .select(['id', 'seq', 'amount'])
        .orderBy('seq')
        .execute()
      gifts += history.length
      const given = sent.filter((one) => one.room === room && one.deed === 'gift')
      const seen = testimonies.filter((one) => one.room === room)
      checkHistory(room, { history, given, seen }, findings)
    }
    return gifts
  } finally {
    await database.close()
  }
}

interface Row {
  readonly id: string
  readonly seq: number
  readonly amount: number
}

interface Compared {
  readonly history: readonly Row[]
  readonly given: readonly Sent[]
  readonly seen: readonly Testimony[]
}

function checkHistory(room: string, { history, given, seen }: Compared, findings: Findings): void {
  const rows = new Map(history.map((row) => [row.id, row]))
  if (rows.size < history.length) {
    findings.add('books', `${room}: ${history.length - rows.size} gifts are in the history twice`)
  }
  const known = new Set(given.map(({ id }) => id))
  for (const { id } of history) {
    if (!known.has(id)) findings.add('books', `${room}: gift ${id} was sent by nobody`)
  }
  for (const { id, outcome, amount } of given) {
    const row = rows.get(id)
    if (outcome === 'ok' && !row) findings.add('books', `${room}: gift ${id} is not in the history`)
    else if (outcome !== undefined && outcome !== 'ok' && row) {
      findings.add('books', `${room}: gift ${id} was refused and is in the history`)
    } else if (row && amount !== undefined && row.amount !== amount) {
      findings.add('books', `${room}: gift ${id} is ${row.amount} coins, answered ${amount}`)
    }
  }
  for (const { name, events } of seen) {
    // One event too few or too many shifts all that follow: told once, where it happens.
    let shift = 0
    for (const { type, id, seq } of events) {
      const row = type === 'gift.sent' ? rows.get(id ?? '') : undefined
      if (!row || row.seq - seq === shift) continue
      shift = row.seq - seq
      if (shift)
        findings.add(
          'books',
          `${room}: gift ${id} is ${row.seq} in the history, ${seq} for ${name}`,
        )
    }
  }
}
