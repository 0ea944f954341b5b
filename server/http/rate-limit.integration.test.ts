import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { Redis } from 'ioredis'
import { createCounters } from './rate-limit.ts'

const url = process.env['PLAZA_TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const connect = (): Redis =>
  new Redis(url, { lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null })
const [one, two] = [connect(), connect()]
for (const redis of [one, two]) redis.on('error', () => undefined)
const missing = await Promise.all([one.connect(), two.connect()]).then(
  () => false as const,
  (error: Error) => `no Redis at ${new URL(url).host}: ${error.message}`,
)
after(() => {
  one.disconnect()
  two.disconnect()
})

const options = { name: `test.${randomUUID()}`, limit: 3, seconds: 60 }

test('[HT18] over Redis all nodes count together', { skip: missing }, async () => {
  const [here, there] = [createCounters(one)(options), createCounters(two)(options)]
  await here.take('a')
  await there.take('a')
  await here.take('a')
  await assert.rejects(async () => there.take('a'), { code: 'rate_limited' })
  await there.take('b')
  await here.reset('a')
  await there.take('a')
  await there.give('a')
  await here.take('a')
  await one.del(`plaza:rate:${options.name}:a`, `plaza:rate:${options.name}:b`)
})

test('[HT18] while Redis is away each node counts for itself', { skip: missing }, async () => {
  const lost = connect()
  lost.on('error', () => undefined)
  await lost.connect()
  lost.disconnect()
  const alone = createCounters(lost)({ ...options, name: `test.${randomUUID()}` })
  for (let i = 0; i < 3; i++) await alone.take('a')
  await assert.rejects(async () => alone.take('a'), { code: 'rate_limited' })
})
