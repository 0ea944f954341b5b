/** Whose a room is: epochs, fences, leases, hand-over. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomError } from '../engine/kernel/room-error.ts'
import { batch, event } from './testing/batches.ts'
import { owner, type MakeJournal } from './testing/journals.ts'

const room = 'live_a'
const ttlMs = 60_000

export function ownershipContract(make: MakeJournal): void {
  test('[JO1] every opening takes the next epoch and goes on where the log ended', async () => {
    const { journal, other } = await make()
    const first = await journal.open(room, owner('a'))
    assert.deepEqual(first, { position: { epoch: 1, seq: 0 }, snapshot: undefined, tail: [] })
    await journal.flush([batch(room, 1, 1, { events: [event('x'), event('y')] })])
    assert.deepEqual((await journal.open(room, owner('a'))).position, { epoch: 2, seq: 2 })
    const { position, tail } = await other.open(room, owner('b'))
    assert.deepEqual(position, { epoch: 3, seq: 2 })
    assert.deepEqual(
      tail.map(({ epoch, firstSeq, events }) => [epoch, firstSeq, events.length]),
      [[1, 1, 2]],
    )
  })

  test('[JO2] a room of a live incarnation is refused, of a dead, released or own one it is taken', async () => {
    const { journal, leases } = await make()
    const [a, b] = [owner('a', 'a1'), owner('b', 'b1')]
    await leases.beat(a, ttlMs, false)
    await leases.beat(b, ttlMs, false)
    await journal.open(room, a)
    await assert.rejects(journal.open(room, b), held('a'))
    assert.equal((await journal.open(room, a)).position.epoch, 2)
    await leases.end(a)
    assert.equal((await journal.open(room, b)).position.epoch, 3)
    await leases.beat(owner('a', 'a2'), ttlMs, false)
    await journal.release(room, 3)
    assert.equal((await journal.open(room, owner('a', 'a2'))).position.epoch, 4)
  })

  test('[JO3] a former owner writes nothing, settles nothing and is not asked to decide', async () => {
    const under = await make()
    const { journal, other } = under
    await journal.open(room, owner('a'))
    await other.open(room, owner('b'))
    const zombie = batch(room, 1, 1, {
      events: [event('recorded')],
      pay: [{ id: 'p1', amount: 5 }],
      decided: { outbox: [event('told')] },
    })
    assert.deepEqual(await journal.flush([zombie]), ['fenced'])
    assert.equal(zombie.decisions, 0)
    assert.deepEqual(await under.settled(), [])
    assert.deepEqual(await under.recorded(), [])
    assert.deepEqual(await under.outbox(), [])
    assert.equal(await journal.checkpoint(room, { epoch: 1, seq: 0 }, new Uint8Array([1])), false)
    assert.deepEqual((await other.open(room, owner('b'))).position, { epoch: 3, seq: 0 })
  })

  test('[JO3] a batch that is not at the end of the log is fenced', async () => {
    const { journal } = await make()
    await journal.open(room, owner('a'))
    assert.deepEqual(await journal.flush([batch(room, 1, 2)]), ['fenced'])
    assert.deepEqual(await journal.flush([batch(room, 1, 1)]), ['written'])
    assert.deepEqual(await journal.flush([batch(room, 1, 1)]), ['fenced'])
    assert.deepEqual(await journal.flush([batch('live_unknown', 1, 1)]), ['fenced'])
  })

  test('[JO4] a fenced room drops out of a flush alone', async () => {
    const under = await make()
    const { journal, other } = under
    for (const key of ['live_a', 'live_b', 'live_c']) await journal.open(key, owner('a'))
    await other.open('live_b', owner('b'))
    const results = await journal.flush([
      batch('live_c', 1, 1, { pay: [{ id: 'p1', amount: 1 }] }),
      batch('live_b', 1, 1, { pay: [{ id: 'p2', amount: 1 }] }),
      batch('live_a', 1, 1, { pay: [{ id: 'p3', amount: 1 }] }),
    ])
    assert.deepEqual(results, ['written', 'fenced', 'written'])
    assert.deepEqual((await under.settled()).map(({ id }) => id).sort(), ['p1', 'p3'])
    assert.equal((await journal.open('live_a', owner('a'))).position.seq, 1)
    assert.equal((await journal.open('live_b', owner('b'))).position.seq, 0)
    assert.equal((await journal.open('live_c', owner('a'))).position.seq, 1)
  })

  test('[JO6] numbers are gapless and epochs never fall while takeovers race with flushes', async () => {
    const under = await make()
    const keys = ['live_a', 'live_b', 'live_c']
    const written = new Map(
      keys.map((key) => [key, [] as { seq: number; epoch: number; by: string }[]]),
    )
    let fenced = 0
    const run = async (name: string, journal: typeof under.journal, rounds: number) => {
      // A slow machine may let one finish before the other is connected: they go on until they have met.
      for (let round = 0; round < rounds || (!fenced && round < 100 * rounds); round++) {
        const at = new Map<string, { epoch: number; seq: number }>()
        for (const key of keys) at.set(key, (await journal.open(key, owner(name))).position)
        for (let flush = 0; flush < 4; flush++) {
          const batches = keys.map((key) => {
            const { epoch, seq } = at.get(key)!
            return batch(key, epoch, seq + 1, { events: [event('by', `${name} ${seq + 1}`)] })
          })
          const results = await journal.flush(batches)
          for (const [index, key] of keys.entries()) {
            if (results[index] === 'fenced') {
              fenced += 1
              continue
            }
            const { epoch, seq } = at.get(key)!
            at.set(key, { epoch, seq: seq + 1 })
            written.get(key)!.push({ seq: seq + 1, epoch, by: name })
          }
        }
      }
    }
    await Promise.all([run('a', under.journal, 15), run('b', under.other, 15)])
    assert.ok(fenced > 0, 'the race fenced nobody and proves nothing')
    for (const key of keys) {
      const { tail, position } = await under.journal.open(key, owner('a'))
      const log = tail.map(({ firstSeq, epoch, events }) => ({
        seq: firstSeq,
        epoch,
        by: (events[0]!.data as string).split(' ')[0]!,
      }))
      assert.deepEqual(
        log.map(({ seq }) => seq),
        log.map((_, index) => index + 1),
      )
      assert.ok(log.every(({ epoch }, index) => epoch >= (log[index - 1]?.epoch ?? 0)))
      assert.equal(position.seq, log.length)
      assert.deepEqual(
        written.get(key)!.toSorted((x, y) => x.seq - y.seq),
        log,
      )
    }
  })

  test('[JO14] a release under a former epoch changes nothing', async () => {
    const { journal, leases } = await make()
    await leases.beat(owner('b'), ttlMs, false)
    await journal.open(room, owner('a'))
    await journal.open(room, owner('b'))
    await journal.release(room, 1)
    await assert.rejects(journal.open(room, owner('c')), { code: 'room.elsewhere' })
    assert.deepEqual(await journal.flush([batch(room, 2, 1)]), ['written'])
  })

  test('[JO19] a room given up to one owner is only this one’s while it lives; who takes it from the dead is told', async () => {
    const { journal, leases } = await make()
    const [a, b, c] = [owner('a', 'a1'), owner('b', 'b1'), owner('c', 'c1')]
    for (const one of [a, b, c]) await leases.beat(one, ttlMs, false)
    assert.ok(!('takenFrom' in (await journal.open(room, a))))
    await journal.release(room, 1, b)
    for (const other of [a, c]) await assert.rejects(journal.open(room, other), held('b'))
    const given = await journal.open(room, b)
    assert.deepEqual([given.position.epoch, 'takenFrom' in given], [2, false])
    await journal.release(room, 2, c)
    await leases.end(c)
    assert.equal((await journal.open(room, a)).takenFrom, 'c')
    assert.ok(!('takenFrom' in (await journal.open(room, a))), 'its own')
    await journal.release(room, 4)
    assert.ok(!('takenFrom' in (await journal.open(room, b))), 'given up')
  })
}

/** Refused with the node that has the room and, where the store can tell, for how long at least. */
function held(node: string): (error: unknown) => boolean {
  return (error) => {
    const { code, retry, data } = error as RoomError
    const { leaseMs, ...rest } = data as { node: string; leaseMs?: number }
    assert.deepEqual(
      { code, retry, rest },
      { code: 'room.elsewhere', retry: 'retry', rest: { node } },
    )
    if (leaseMs !== undefined) assert.ok(leaseMs > 0 && leaseMs <= ttlMs, `${leaseMs}`)
    return true
  }
}
