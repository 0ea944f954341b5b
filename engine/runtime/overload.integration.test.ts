import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomData } from '../wire/colyseus.ts'
import { startEngine, user } from './testing/start-engine.ts'

const plenty = { perSecond: 1e6, burst: 1e6 }

for (const prefer of ['uws', 'ws'] as const) {
  test(`[OV3] [OV2] a flood is taken or refused, command by command, and another room notices nothing (${prefer})`, async (t) => {
    const node = await startEngine(prefer, {
      settings: { rates: { default: plenty }, maxInFlight: 1e6 },
      transport: { limits: { messageRate: plenty } },
    })
    t.after(() => node.stop())
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const crowd = await Promise.all(names.map((name) => node.join('live_a', user(name))))
    const quiet = await node.join('live_b', user('q'))
    await Promise.all([...crowd, quiet].map((client) => client.welcome()))
    const each = 2_000
    const before = crowd.map((client) => client.all('a').length)
    for (const client of crowd) {
      for (let sent = 0; sent < each; sent += 1) {
        client.socket.send(roomData('c', [client.ids.next(), 'chat.like', { count: 1 }]))
      }
    }
    const [, outcome] = await quiet.ask('chat.like', { count: 1 })
    assert.equal(outcome, 'ok')
    const counts = { ok: 0, busy: 0 }
    for (const [index, client] of crowd.entries()) {
      const all = before[index]! + each
      await client.until(() => client.messages.length >= all && client.all('a').length >= all)
      const ids = new Set<string>()
      for (const [id, code, , data] of client.all('a')) {
        ids.add(id)
        assert.ok(code === 'ok' || code === 'busy', code)
        counts[code] += 1
        if (code === 'ok') continue
        const { retryInMs } = data as { retryInMs: number }
        assert.ok(retryInMs >= 500 && retryInMs < 1_500)
      }
      assert.equal(ids.size, each)
    }
    const { turnedAway, refusals } = node.engine.metrics()
    assert.ok(counts.ok >= 100 && counts.busy > 0, JSON.stringify(counts))
    assert.deepEqual([turnedAway, refusals], [counts.busy, counts.busy])
    t.diagnostic(JSON.stringify(counts))
  })
}
