import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReject, type Client } from '../../sdk/index.ts'
import { startPlazaCluster } from '../support/plaza-cluster.ts'
import { clusterMissing } from '../support/platforms.ts'
import { register, uniqueName, until } from '../support/people.ts'

test(
  '[SP5] after kill -9 of the only node that it was given, a client goes on through another one',
  { skip: clusterMissing, timeout: 120_000 },
  async (t) => {
    const cluster = await startPlazaCluster(3)
    const clients: Client[] = []
    t.after(async () => {
      for (const client of clients) client.close()
      await cluster.dispose()
    })
    const [first, ...others] = cluster.nodes.map(({ endpoint }) => endpoint)
    const host = await register(first!, uniqueName('host'))
    clients.push(host)
    const live = await host.live.create({ title: 'Which way?', category: 'music' })
    const room = await host.live.join(live.id)
    const seqs: number[] = []
    const recovered: boolean[] = []
    room.on('event', ({ seq }) => seq !== undefined && seqs.push(seq))
    room.on('recovered', ({ gap }) => recovered.push(gap))
    const refused: string[] = []
    const unknown = ['outcome_unknown', 'timeout']
    /** Asked again until it is answered: each under one id, so each takes effect once. */
    const slow = async (seconds: number): Promise<void> => {
      const id = room.newId()
      for (;;) {
        try {
          await room.command('danmaku.slow', { seconds }, id)
          return
        } catch (error) {
          if (!isReject(error) || !unknown.includes(error.code)) throw error
          refused.push(error.code)
        }
      }
    }
    for (let seconds = 1; seconds <= 5; seconds += 1) await slow(seconds)

    const killedAt = performance.now()
    await cluster.nodes[0]!.kill()
    await until('the loss is noticed', () => room.status !== 'online', { everyMs: 5 })
    await until('it is back', () => room.status === 'online', { everyMs: 5 })
    t.diagnostic(`online again ${Math.round(performance.now() - killedAt)} ms after the kill`)
    assert.ok(others.includes(host.endpoint), host.endpoint)
    for (let seconds = 6; seconds <= 10; seconds += 1) await slow(seconds)
    await until('it sees its own', () => room.view.danmaku.slowSeconds === 10)
    assert.deepEqual(recovered, [false], 'resumed by position')
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => seqs[0]! + index),
    )
    assert.equal(seqs.length, 10)

    // HTTP goes on too, under the same session.
    assert.equal((await host.wallet.get()).balance, 0)
    await host.auth.refresh()
    assert.equal((await host.live.mine())?.id, live.id)
  },
)
