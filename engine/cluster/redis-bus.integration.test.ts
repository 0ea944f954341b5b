import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { busContract } from './bus.contract.ts'
import { RedisBus } from './redis-bus.ts'
import { SealedBus } from './sealed-bus.ts'

const url = process.env.PLAZA_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'
const missing = await reachable()

const pair = async (): Promise<[RedisBus, RedisBus]> => {
  const prefix = `plaza-test-${randomUUID()}:`
  return [await RedisBus.connect({ url, prefix }), await RedisBus.connect({ url, prefix })]
}
const secret = randomBytes(32)

busContract('redis', pair, missing)
busContract(
  'sealed redis',
  async () => {
    const [a, b] = await pair()
    return [new SealedBus(a, secret, randomUUID()), new SealedBus(b, secret, randomUUID())]
  },
  missing,
)

test(
  '[CL5] what Redis cannot take is dropped and counted, never queued without bound',
  { skip: missing },
  async () => {
    const bus = await RedisBus.connect({
      url,
      prefix: `plaza-test-${randomUUID()}:`,
      maxQueuedBytes: 10_000,
    })
    for (let index = 0; index < 100; index += 1) bus.publish('x', new Uint8Array(1_000))
    assert.equal(bus.stats.dropped, 90)
    while (bus.stats.sent < 10) await new Promise(setImmediate)
    await bus.close()
    bus.publish('x', new Uint8Array(1))
    assert.deepEqual([bus.stats.dropped, bus.stats.full], [91, 90])
  },
)

test(
  '[CL6] after Redis was gone the bus works again and tells of the gap',
  { skip: missing },
  async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'plaza-redis-'))
    const port = await freePort()
    let server = await startRedis(port, dir)
    t.after(async () => {
      server.kill('SIGKILL')
      await rm(dir, { recursive: true, force: true })
    })
    const address = `redis://127.0.0.1:${port}`
    const [a, b] = [
      await RedisBus.connect({ url: address }),
      await RedisBus.connect({ url: address }),
    ]
    t.after(() => Promise.all([a.close(), b.close()]))
    let heard = 0
    await b.subscribe('x', () => (heard += 1))
    let gaps = 0
    b.onGap(() => (gaps += 1))
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
    server = await startRedis(port, dir)
    while (!heard) {
      a.publish('x', Buffer.from('again'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(gaps, 1)
  },
)

async function startRedis(port: number, dir: string) {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    dir,
  ]
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  const probe = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  })
  probe.on('error', () => undefined)
  await probe.ping()
  probe.disconnect()
  return server
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function reachable(): Promise<string | false> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return false
  } catch {
    return `no Redis at ${url}`
  } finally {
    redis.disconnect()
  }
}
