import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { pino } from 'pino'
import { StreamSweep } from './stream-sweep.ts'

/** A sweep of a database that can be away or silent; `turn` lets one interval pass. */
function swept(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const said: string[] = []
  const database = { away: false, hangs: undefined as Promise<void> | undefined }
  const ask = async (what: string): Promise<number> => {
    await database.hangs
    if (database.away) throw new Error('no connection')
    said.push(what)
    return 1
  }
  const sweep = new StreamSweep({
    end: () => ask('end'),
    reach: () => ask('reach'),
    log: pino({ level: 'silent' }),
    everyMs: 10,
  })
  sweep.start()
  t.after(() => sweep.stop())
  const turn = async (times = 1): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      t.mock.timers.tick(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { said, database, turn, sweep }
}

test('[LV17] streams of dead media nodes are ended by every node that is left', async (t) => {
  const { said, turn } = swept(t)
  await turn(4)
  assert.deepEqual(said, ['reach', 'reach', 'end', 'end'])
})

test('[LV18] after an outage of the database media nodes have their say before a stream is ended', async (t) => {
  const { said, database, turn } = swept(t)
  await turn(3)
  database.away = true
  await turn(5)
  database.away = false
  said.length = 0
  await turn(3)
  assert.deepEqual(said, ['reach', 'reach', 'end'])

  const answer = Promise.withResolvers<void>()
  database.hangs = answer.promise
  await turn(3)
  database.hangs = undefined
  said.length = 0
  answer.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  await turn(3)
  assert.deepEqual(said, ['end', 'reach', 'reach', 'end'], 'what was asked before, then their say')
})
