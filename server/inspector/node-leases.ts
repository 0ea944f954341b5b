/** What the database says of the nodes' leases: who may lead, and for how long still. */

import { sql } from 'kysely'
import '../../persistence/journal.store.ts'
import type { Db } from '../../persistence/tables.ts'

/** By node, ms left on the database's clock; negative: it ran out so long ago. */
export type LeasesLeft = ReadonlyMap<string, number>

/** A node that stopped in order has no lease; one that died is told of for so long, ms. */
const rememberedMs = 600_000

/** Empty where the database does not answer: the nodes are shown all the same. */
export async function readLeases(db: Db): Promise<LeasesLeft> {
  try {
    const { rows } = await sql<{ id: string; left_ms: number }>`
      select id, left_ms from (
        select id, (extract(epoch from lease_until - clock_timestamp()) * 1000)::float8 as left_ms
        from node
      ) as leases where left_ms > ${-rememberedMs} order by id`.execute(db)
    return new Map(rows.map(({ id, left_ms }) => [id, Math.round(left_ms)]))
  } catch {
    return new Map()
  }
}
