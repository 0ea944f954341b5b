/** The history of gifts, one row a gift. The money is in the ledger; this is what the room saw. */

import { sql } from 'kysely'
import type { Recorder } from '../../../engine/kernel/journal.ts'
import { integers, texts } from '../../../persistence/arrays.ts'
import type { Migrations } from '../../../persistence/migrate.ts'
import type { Db, Write } from '../../../persistence/tables.ts'
import { statement } from '../../../persistence/transact.ts'
import type { GiftSent } from './gift.protocol.ts'

export interface GiftHistoryTable {
  room: string
  /** Its place in the room's log, under the epoch it was written in. */
  seq: number
  epoch: number
  /** The command id, which is also the transfer's in the ledger. */
  id: string
  session: string
  from_user: string
  to_user: string
  gift: string
  count: number
  /** Coins. */
  amount: number
  combo_total: number
  at: Date
}

declare module '../../../persistence/tables.ts' {
  interface Tables {
    gift_history: GiftHistoryTable
  }
}

export const giftMigrations: Migrations = {
  '0101-gift-history': {
    async up(db) {
      await sql`create table gift_history (
        room text not null,
        seq bigint not null,
        epoch bigint not null,
        id uuid not null,
        session uuid not null,
        from_user text not null,
        to_user text not null,
        gift text not null,
        count integer not null,
        amount bigint not null,
        combo_total bigint not null,
        at timestamptz not null,
        primary key (room, seq)
      )`.execute(db)
      await sql`create index gift_history_session on gift_history (session, seq)`.execute(db)
    },
  },
}

/** Writes all gifts of a flush in one statement. */
export const giftRecorder: Recorder<Write> = {
  types: ['gift.sent'],
  writes(rows) {
    if (!rows.length) return []
    const of = <T>(value: (gift: GiftSent) => T): T[] => rows.map(({ data }) => value(data))
    const values = [
      texts(rows.map(({ room }) => room)),
      integers(rows.map(({ seq }) => seq)),
      integers(rows.map(({ epoch }) => epoch)),
      texts(of(({ id }) => id)),
      texts(of(({ session }) => session)),
      texts(of(({ from }) => from.id)),
      texts(of(({ to }) => to)),
      texts(of(({ gift }) => gift)),
      integers(of(({ count }) => count)),
      integers(of(({ amount }) => amount)),
      integers(of(({ combo }) => combo.total)),
      integers(rows.map(({ at }) => at)),
    ]
    return [statement(insert, values)]
  },
}

const insert = `
insert into gift_history (room, seq, epoch, id, session, from_user, to_user, gift, count, amount,
  combo_total, at)
select room, seq, epoch, id, session, from_user, to_user, gift, count, amount, combo_total,
  to_timestamp(at / 1000.0)
from unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[],
    $8::text[], $9::int[], $10::bigint[], $11::bigint[], $12::bigint[])
  as g(room, seq, epoch, id, session, from_user, to_user, gift, count, amount, combo_total, at)`

/** Gifts of a session in the order of the room, after `after` (a seq). */
export async function giftsOf(
  db: Db,
  session: string,
  { after = 0, limit }: { after?: number; limit: number },
): Promise<GiftHistoryTable[]> {
  return db
    .selectFrom('gift_history')
    .selectAll()
    .where('session', '=', session)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
}
