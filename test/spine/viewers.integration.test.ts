import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type Client } from '../../sdk/index.ts'
import { startPlazaCluster } from '../support/plaza-cluster.ts'
import { clusterMissing } from '../support/platforms.ts'
import { register, uniqueName, until } from '../support/people.ts'

test(
  '[AU9] viewers of a node that was killed leave the count within seconds, led by it or not',
  { skip: clusterMissing, timeout: 120_000 },
  async (t) => {
    const cluster = await startPlazaCluster(3)
    const clients: Client[] = []
    t.after(async () => {
      for (const client of clients) client.close()
      await cluster.dispose()
    })
    const endpoints = cluster.nodes.map(({ endpoint }) => endpoint)
    const host = await register(endpoints[0]!, uniqueName('host'))
    clients.push(host)
    const { id } = await host.live.create({ title: 'How many?', category: 'music' })
    /** Guests, who do not come back when their node dies. */
    const guests = async (endpoint: string, count: number): Promise<Client[]> => {
      const made = Array.from({ length: count }, () => createClient({ endpoint }))
      clients.push(...made)
      for (const client of made) await client.live.join(id)
      return made
    }
    const onLeader = await guests(endpoints[0]!, 3)
    const onRelay = await guests(endpoints[1]!, 4)
    const [watching] = await guests(endpoints[2]!, 1)
    const room = await watching!.live.join(id) // twice as another guest
    await until('all are counted', () => room.view.audience.count === 9)
    for (const [node, gone, left] of [
      [1, onRelay, 5],
      [0, onLeader, 2],
    ] as const) {
      const killing = cluster.nodes[node]!.kill()
      for (const client of gone) client.close()
      await killing
      const killedAt = performance.now()
      // Silent for 1.75 s it is noticed, and a dead leader's lease runs out after 4 s.
      await until('they are gone', () => room.view.audience.count === left, {
        withinMs: 20_000,
        everyMs: 20,
      })
      t.diagnostic(`${gone.length} left after ${Math.round(performance.now() - killedAt)} ms`)
    }
    assert.equal(room.status, 'online')
  },
)
