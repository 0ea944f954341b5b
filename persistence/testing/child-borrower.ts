/** A child process that borrows its parent's database; told what to do by messages. */

import { sql } from 'kysely'
import { connectDatabase } from '../database.ts'

const { db, listen } = connectDatabase(process)

const tasks: Record<string, () => Promise<unknown>> = {
  types: async () => {
    const { rows } =
      await sql`select 7::int8 as n, '\\x00ff'::bytea as b, '{"a":[1]}'::jsonb as j`.execute(db)
    return JSON.stringify(rows[0])
  },
  error: () =>
    sql`insert into t values (1)`
      .execute(db)
      .catch(({ code, constraint, detail }) => ({ code, constraint, detail })),
  insert: () =>
    db.transaction().execute((tx) => sql`insert into t values (2)`.execute(tx).then(() => 'done')),
  hold: () =>
    db.transaction().execute(async (tx) => {
      await sql`insert into t values (3)`.execute(tx)
      process.send!({ answer: 'holding' })
      await new Promise(() => undefined)
    }),
  listen: async () => {
    await listen('plaza_test', (payload) => process.send!({ heard: payload }))
    return 'listening'
  },
}

process.on('message', async (message: { task?: string }) => {
  const task = message.task && tasks[message.task]
  if (task) process.send!({ answer: await task() })
})
process.on('disconnect', () => process.exit())
