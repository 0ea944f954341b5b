/** What this node does of the work that all nodes share: reports on streams, projections, dead media nodes. */

import { reportStream } from './stream-reports.ts'
import { StreamSweep } from './stream-sweep.ts'
import type { Logger } from './logger.ts'
import type { Directory } from '../engine/runtime/directory.ts'
import type { Database } from '../persistence/database.ts'
import { OutboxConsumer, type OutboxHandlers } from '../persistence/outbox.ts'
import { endAbandoned, streamSilenceMs } from '../persistence/streams.ts'

export interface NodeOutboxParts {
  readonly database: Database
  readonly directory: Directory
  /** Of services that follow what rooms tell. */
  readonly handlers: OutboxHandlers
  readonly log: Logger
}

export function createNodeOutbox({ database, directory, handlers, log }: NodeOutboxParts) {
  const { db } = database
  const consumer = new OutboxConsumer(
    database,
    {
      'stream.': (row) => reportStream(directory, row),
      'recording.': (row) => reportStream(directory, row),
      ...handlers,
    },
    {
      onFailure: ({ topic, attempt }, error, parked) =>
        log.warn({ err: error, topic, attempt, parked }, 'an outbox message failed'),
    },
  )
  const sweep = new StreamSweep({
    end: () => endAbandoned(db, streamSilenceMs),
    reach: () => db.selectNoFrom((eb) => eb.lit(1).as('one')).execute(),
    log,
  })
  return {
    start: async (): Promise<void> => {
      await consumer.start()
      sweep.start()
    },
    stop: async (): Promise<void> => {
      await sweep.stop()
      await consumer.stop()
    },
  }
}
