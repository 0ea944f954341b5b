import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Logger } from '../logger.ts'
import { failure } from './failure.ts'
import { statusOf } from './problem.ts'

test('[HT22] a database that is away is told with the time to wait, and is no defect', () => {
  const said: string[] = []
  const logger = { warn: () => said.push('warn'), error: () => said.push('error') }
  const away = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), {
    code: 'ECONNREFUSED',
  })
  const refusal = failure(away, 'live', logger as unknown as Logger)
  assert.deepEqual(
    [refusal.code, refusal.retry, refusal.data, statusOf(refusal)],
    ['unavailable', 'retry', { retryInMs: 1_000 }, 503],
  )
  assert.ok(!refusal.message.includes('10.0.0.7'))
  assert.deepEqual(said, ['warn'])
  assert.equal(failure(refusal, 'live', logger as unknown as Logger), refusal)
  assert.deepEqual(said, ['warn', 'warn'], 'also where the room has found out')
  failure(new RoomError('forbidden', 'No.'), 'live', logger as unknown as Logger)
  failure(new Error('a defect'), 'live', logger as unknown as Logger)
  assert.deepEqual(said, ['warn', 'warn', 'error'])
})
