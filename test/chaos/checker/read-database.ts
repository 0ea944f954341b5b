/** Reads the facts from Postgres with plain SQL: nothing of the server's own code is asked. */

import pg from 'pg'
import type { DatabaseFacts } from './evidence.ts'

/** One consistent view. `room` is the room's key. */
export async function readDatabase(url: string, room: string): Promise<DatabaseFacts> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const rows = async (text: string, values: unknown[] = []): Promise<any[]> =>
    (await client.query(text, values)).rows
  try {
    await client.query('begin isolation level repeatable read read only')
    const gifts = await rows(
      `select seq::float8 as seq, epoch::float8 as epoch, id::text as id, from_user as user,
        amount::float8 as amount from gift_history where room = $1 order by seq`,
      [room],
    )
    const transfers = await rows(
      `select t.id::text as id, a.owner as user, t.amount::float8 as amount
       from transfer t join account a on a.id = t.from_account
       where t.kind = 'gift' and t.room_id = $1`,
      [room],
    )
    const legs = await rows(
      `select e.transfer_id::text as transfer, e.leg, e.account_id::float8 as account,
        e.amount::float8 as amount
       from entry e join transfer t on t.id = e.transfer_id
       where t.kind = 'gift' and t.room_id = $1`,
      [room],
    )
    const accounts = await rows(
      `select a.id::float8 as id, a.kind, a.owner, a.balance::float8 as balance,
        coalesce(e.sum, 0)::float8 as entries
       from account a
       left join (select account_id, sum(amount) from entry group by account_id) e
         on e.account_id = a.id`,
    )
    const journal = await rows(
      `select epoch::float8 as epoch, first_seq::float8 as "firstSeq", last_seq::float8 as "lastSeq"
       from journal where room_id = $1 order by id`,
      [room],
    )
    const [actor] = await rows(
      `select epoch::float8 as epoch, last_seq::float8 as "lastSeq" from actor where room_id = $1`,
      [room],
    )
    if (!actor) throw new Error(`there is no room ${room}`)
    return { gifts, transfers, legs, accounts, journal, room: actor }
  } finally {
    await client.end()
  }
}
