import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type Client } from '../../sdk/index.ts'
import { startPlazaCluster } from '../support/plaza-cluster.ts'
import { clusterMissing } from '../support/platforms.ts'
import { PlazaProcess } from '../support/plaza-process.ts'
import { password, register, uniqueName, until } from '../support/people.ts'

test(
  '[CL52] [CL53] two processes under one node id: the second does not start, or the first leads nothing more',
  { skip: clusterMissing, timeout: 120_000 },
  async (t) => {
    const cluster = await startPlazaCluster(1, () => ({ PLAZA_LEASE: '2' }))
    const [first] = cluster.nodes
    const second = await PlazaProcess.create((endpoint) => ({
      ...first!.env,
      PLAZA_PUBLIC_URL: endpoint,
      PLAZA_PORT: new URL(endpoint).port,
    }))
    const clients: Client[] = []
    t.after(async () => {
      for (const client of clients) client.close()
      if (first!.exitCode === undefined) process.kill(first!.pid!, 'SIGCONT')
      await second.dispose()
      await cluster.dispose()
    })
    const name = uniqueName('host')
    const host = await register(first!.endpoint, name)
    clients.push(host)
    const { id } = await host.live.create({ title: 'Who am I?', category: 'music' })
    const room = await host.live.join(id)
    await assert.rejects(second.start(), /Another process runs as node n0.*PLAZA_NODE_ID/)
    assert.deepEqual(await room.danmaku.slow(3), { seconds: 3 })
    assert.equal((await fetch(`${first!.endpoint}/readyz`)).status, 200)

    process.kill(first!.pid!, 'SIGSTOP')
    await second.start()
    process.kill(first!.pid!, 'SIGCONT')
    await until('the first one ends', () => first!.exitCode !== undefined)
    assert.equal(first!.exitCode, 1)
    assert.match(first!.output, /Another process runs as node n0.*PLAZA_NODE_ID/)
    const again = createClient({ endpoint: second.endpoint })
    clients.push(again)
    await again.auth.login({ name, password })
    assert.deepEqual(await (await again.live.join(id)).danmaku.slow(4), { seconds: 4 })
  },
)

test(
  "[CL54] Redis with another application's keys and messages",
  { skip: clusterMissing, timeout: 120_000 },
  async (t) => {
    const cluster = await startPlazaCluster(2, () => ({ PLAZA_RATE_LIMITS: 'on' }))
    const clients: Client[] = []
    t.after(async () => {
      for (const client of clients) client.close()
      await cluster.dispose()
    })
    const { redis, nodes } = cluster
    // Where our own budgets would be, of every other type.
    await redis.set('plaza', 'a string')
    await redis.hset('plaza:rate:auth.address:127.0.0.1', 'a', 'hash')
    await redis.rpush('plaza:rate:write.address:127.0.0.1', 'a list')
    await redis.set('plaza:rate:seat.address:127.0.0.1', 'no number')
    await redis.hset('user:1', 'name', 'somebody')
    await redis.zadd('queue', 1, 'job')
    const noise = setInterval(() => {
      for (const channel of ['plaza:peers', 'plaza:node:n0', 'plaza:node:n1', 'plaza:expel'])
        void redis.publish(channel, Buffer.from([1, 2, 3, 0xff]))
      void redis.publish('plaza:peers', JSON.stringify({ job: 'x'.repeat(500) }))
    }, 20)
    t.after(() => clearInterval(noise))
    const host = await register(nodes[0]!.endpoint, uniqueName('host'))
    const other = await register(nodes[1]!.endpoint, uniqueName('fan'))
    clients.push(host, other)
    const { id } = await host.live.create({ title: 'A shared Redis', category: 'music' })
    const [stage, viewer] = [await host.live.join(id), await other.live.join(id)]
    await stage.danmaku.slow(0)
    const { text } = await viewer.danmaku.send('is anybody there?').acked
    await until('the other node hears it', () =>
      stage.view.danmaku.recent.some((line) => line.text === text),
    )
    await until('both are counted', () => stage.view.audience.count === 2)
    assert.equal(await redis.get('plaza'), 'a string')
    assert.deepEqual(await redis.hgetall('plaza:rate:auth.address:127.0.0.1'), { a: 'hash' })
    assert.deepEqual(await redis.lrange('plaza:rate:write.address:127.0.0.1', 0, -1), ['a list'])
    assert.deepEqual(await redis.hgetall('user:1'), { name: 'somebody' })
    assert.deepEqual(await redis.zrange('queue', 0, -1), ['job'])
    for (const { output } of nodes) assert.doesNotMatch(output, /a defect/)
  },
)
