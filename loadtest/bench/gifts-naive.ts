/** What one would write first: a transaction a gift, from a pool of 20, one row for the platform. */

import pg from 'pg'
import { uuidv7 } from 'uuidv7'
import type { GiftBooks } from './gifts-databases.ts'
import type { GiftSender } from './gifts-rooms.ts'

/** Prepared statements, all legs, the same durability; no room, no limits, no repetition. */
export async function naiveGifts(
  url: string,
  { rooms }: GiftBooks,
): Promise<{ send: GiftSender; close: () => Promise<void> }> {
  const pool = new pg.Pool({ connectionString: url, max: 20 })
  return {
    send: async (sender) => {
      const room = rooms[Math.floor(Math.random() * rooms.length)]!
      const client = await pool.connect()
      try {
        await gift(client, sender, room)
      } finally {
        client.release()
      }
    },
    close: () => pool.end(),
  }
}

async function gift(client: pg.PoolClient, sender: string, room: string): Promise<void> {
  const ask = async (name: string, text: string, values: unknown[]) =>
    (await client.query({ name, text, values })).rows[0]
  await client.query('begin')
  const { price } = await ask('price', 'select price from gift_sku where id = $1', ['drum'])
  const from = await ask(
    'debit',
    `update account set balance = balance - $2 where owner = $1 and kind = 'user' and currency = 'coin' and balance >= $2 returning id`,
    [sender, price],
  )
  const to = await ask(
    'credit',
    `update account set balance = balance + $2, credited = credited + $2 where owner = $1 and kind = 'streamer' and currency = 'coin' returning id`,
    [room.replace('live_', 'u_host'), 7],
  )
  const platform = await ask(
    'share',
    `update account set balance = balance + $1, credited = credited + $1 where owner = '0' and kind = 'platform' and currency = 'coin' returning id`,
    [3],
  )
  const id = uuidv7()
  await ask(
    'transfer',
    `insert into transfer (id, kind, from_account, to_account, amount, streamer_amount, platform_amount, room_id, gift, quantity) values ($1, 'gift', $2, $3, 10, 7, 3, $4, 'drum', 1)`,
    [id, from.id, to.id, room],
  )
  await ask(
    'entries',
    `insert into entry (transfer_id, leg, account_id, amount) values ($1, 0, $2, -10), ($1, 1, $3, 7), ($1, 2, $4, 3)`,
    [id, from.id, to.id, platform.id],
  )
  await client.query('commit')
}
