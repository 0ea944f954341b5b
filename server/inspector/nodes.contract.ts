/** What every implementation of the port `Nodes` does, wherever a room is led. */

import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { RoomQuery } from './nodes.ts'
import { sortValue } from './nodes.ts'
import { startMemoryNodes, type MemoryNode } from './testing/memory-nodes.ts'

const mia = { id: 'u_mia', name: 'Mia', roles: ['user'] }
const key = 'live_a'

/** Over so many nodes, seen from the first; the room is led by the last one. */
export function nodesContract(name: string, count: number): void {
  describe(`the inspector's nodes: ${name}`, () => {
    const start = async (t: TestContext): Promise<readonly MemoryNode[]> => {
      const nodes = await startMemoryNodes(count)
      t.after(() => nodes.stop())
      return nodes.all
    }
    const open = async (t: TestContext) => {
      const all = await start(t)
      const [here, there] = [all[0]!, all.at(-1)!]
      await there.local.actor(key)
      const add = (by: number) => here.directory.ask(key, 'counter.add', { by }, mia)
      return { here, there, add, nodes: here.nodes }
    }

    test('[IN16] every node is listed with its figures and its lease', async (t) => {
      const { nodes, there } = await open(t)
      const rows = await nodes.list()
      assert.equal(rows.length, count)
      for (const row of rows) {
        assert.ok(!row.silent)
        assert.deepEqual([row.leaseHeld, row.draining, row.leaseMs], [true, false, 3_000])
        assert.deepEqual(
          row.largest.map((square) => square.key),
          row.id === there.name ? [key] : [],
        )
      }
    })

    test('[IN3] [IN16] rooms of all nodes are one list, in pages without gap or repetition', async (t) => {
      const all = await start(t)
      for (let index = 0; index < 23; index += 1)
        await all[index % count]!.local.actor(`live_${index}`)
      const [{ nodes }] = all as [MemoryNode]
      const seen: string[] = []
      let after: RoomQuery['after']
      for (;;) {
        const page = await nodes.rooms({ sort: 'key', limit: 5, after })
        assert.equal(page.total, 23)
        assert.deepEqual(
          page.nodes,
          all.map((node) => node.name),
        )
        assert.deepEqual(page.missing, [])
        seen.push(...page.rows.slice(0, 5).map((row) => row.key))
        if (page.rows.length <= 5) break
        after = [sortValue(page.rows[4]!, 'key'), page.rows[4]!.key]
      }
      const rooms = Array.from({ length: 23 }, (_, index) => `live_${index}`)
      assert.deepEqual(seen, rooms.toSorted())
      const found = await nodes.rooms({ sort: 'audience', limit: 50, text: 'live_2' })
      assert.deepEqual(
        found.rows.map((row) => row.key).toSorted(),
        rooms.filter((room) => room.startsWith('live_2')).toSorted(),
      )
    })

    test('[IN16] a room is told by the node that leads it: state, trace and past', async (t) => {
      const { nodes, there, add } = await open(t)
      await add(2)
      const { cursor } = await nodes.trace(key, undefined)
      await add(3)
      const trace = await nodes.trace(key, cursor)
      assert.deepEqual(
        trace.events.map(({ seq, type }) => [seq, type]),
        [[2, 'counter.added']],
      )
      assert.equal(await nodes.leader(key), there.name)
      const room = await nodes.room(key)
      assert.deepEqual([room.node, room.seq, room.nodes[0]], [there.name, 2, there.name])
      const total = (state: unknown): unknown => JSON.parse(JSON.stringify(state)).counter.items[0]
      assert.deepEqual(total(room.state), ['total', 5])
      assert.deepEqual(total((await nodes.past(key, 1)).state), ['total', 2])
      await assert.rejects(nodes.past(key, 3), { code: 'position.unknown' })
    })

    test('[IN16] what is open nowhere is asleep, and a node of that name is unknown', async (t) => {
      const { nodes } = await open(t)
      const asks = [
        nodes.leader('live_x'),
        nodes.room('live_x'),
        nodes.trace('live_x', undefined),
        nodes.past('live_x', 0),
        nodes.act('live_x', 'close', {}, mia),
        nodes.act('live_x', 'handover', { node: 'n0' }, mia),
      ]
      for (const asked of asks) await assert.rejects(asked, { code: 'room.asleep' })
      for (const action of ['drain', 'resume'] as const)
        await assert.rejects(nodes.manage('nobody', action), { code: 'node.unknown' })
      await assert.rejects(nodes.act(key, 'handover', { node: 'nobody' }, mia), {
        code: 'node.unknown',
      })
    })

    test('[IN6] [IN16] a closed room opens again where it was', async (t) => {
      const { nodes, add, there } = await open(t)
      await add(4)
      await nodes.act(key, 'close', {}, mia)
      assert.ok(!there.local.holds(key))
      await assert.rejects(nodes.room(key), { code: 'room.asleep' })
      await add(1)
      const room = await nodes.room(key)
      assert.deepEqual([room.epoch, room.seq], [2, 2])
    })
  })
}
