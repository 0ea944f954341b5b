/** Leases as rows, on the database's clock. */

import type { Owner } from '../engine/kernel/journal.ts'
import './journal.store.ts'
import type { LeaseStore } from './lease.ts'
import type { Db } from './tables.ts'
import { query } from './transact.ts'

export class SqlLeaseStore implements LeaseStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async beat(
    { node, incarnation }: Owner,
    ttlMs: number,
    renew: boolean,
  ): Promise<number | undefined> {
    const rows = await query<{ time: number }>(this.#db, renew ? renewText : takeText, [
      node,
      incarnation,
      ttlMs,
    ])
    return rows[0]?.time
  }

  async end({ node, incarnation }: Owner): Promise<void> {
    await query(this.#db, 'delete from node where id = $1 and incarnation = $2', [
      node,
      incarnation,
    ])
  }

  async alive({ node, incarnation }: Owner): Promise<boolean> {
    const rows = await query(this.#db, aliveText, [node, incarnation])
    return rows.length > 0
  }

  /**
   * Ends every lease. Only for the process that has the database alone (PGlite): whoever held one is
   * dead, and its rooms need not wait.
   */
  async clear(): Promise<void> {
    await query(this.#db, 'delete from node', [])
  }
}

const time = '(1000 * extract(epoch from clock_timestamp()))::float8 as time'

const takeText = `
insert into node (id, incarnation, lease_until)
values ($1, $2, clock_timestamp() + $3::float8 * interval '1 millisecond')
on conflict (id) do update set incarnation = excluded.incarnation, lease_until = excluded.lease_until
where node.incarnation = excluded.incarnation or node.lease_until <= clock_timestamp()
returning ${time}`

const renewText = `
update node set lease_until = clock_timestamp() + $3::float8 * interval '1 millisecond'
where id = $1 and incarnation = $2
returning ${time}`

const aliveText = `
select 1 from node where id = $1 and incarnation = $2 and lease_until > clock_timestamp()`
