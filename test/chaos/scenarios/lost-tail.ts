/** A Postgres that forgets what it acknowledged, as an asynchronous standby does that takes over. */

import { until } from '../../support/people.ts'
import { patience } from '../stage/patience.ts'
import type { Stage } from '../stage/stage.ts'
import type { Scenario } from './scenario.ts'
import { demand, underGifts } from './under-gifts.ts'

/** Commits wait in memory for so long before they are written. */
const unwritten = { synchronous_commit: 'off', wal_writer_delay: '10s', wal_buffers: '16MB' }

/** Gifts that were acknowledged, and those of them that the database has. */
async function kept({ cluster, givers, room }: Stage) {
  const acked = new Set(
    givers.flatMap(({ entries }) => entries.flatMap((one) => (one.k === 'ack' ? one.id : []))),
  )
  const rows = await cluster.query('select id::text as id from gift_history where room = $1', [
    room,
  ])
  const known = new Set(rows.map(({ id }) => id as string))
  return { acked, lost: [...acked].filter((id) => !known.has(id)) }
}

/**
 * What Postgres loses is lost: no platform can acknowledge more than its database keeps. What it says of the
 * rest has to hold: books that balance, one order, and nothing lost that was acknowledged afterwards.
 */
export const lostTail: Scenario = {
  name: 'postgres-lost-tail',
  title: 'Postgres acknowledges commits that it has not written, and dies: their loss is told',
  stage: { postgres: { settings: { ...unwritten, wal_writer_flush_after: '64MB' } } },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const { postgres } = stage.cluster
      let gone = 0
      await until(
        'commits are lost',
        async () => {
          await burst.more(60)
          stage.timeline.fault('kill -9 of Postgres')
          await postgres.kill()
          await postgres.start()
          const { acked, lost } = await kept(stage)
          gone = lost.length
          for (const id of lost) stage.lost.add(id)
          stage.timeline.heal(
            `Postgres runs again; ${gone} of ${acked.size} acknowledged gifts are gone`,
          )
          await burst.everybody()
          return gone > 0
        },
        patience,
      )
      return [demand('X', 'Acknowledged gifts were lost', gone > 0, () => 'none')]
    }),
}
