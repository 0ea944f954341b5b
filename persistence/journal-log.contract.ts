/** What a flush writes, and what comes back of it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../engine/kernel/journal.ts'
import { batch, event } from './testing/batches.ts'
import { owner, type MakeJournal } from './testing/journals.ts'

const room = 'live_a'
const ttlMs = 60_000

export function logContract(make: MakeJournal): void {
  test('[JO5] rooms are decided once each, in the order of their batches', async () => {
    const { journal } = await make()
    const order: string[] = []
    const keys = ['live_c', 'live_a', 'live_b']
    for (const key of keys) await journal.open(key, owner('a'))
    const batches = keys.map((key) => batch(key, 1, 1, { onDecide: () => order.push(key) }))
    await journal.flush(batches)
    assert.deepEqual(order, keys)
    assert.deepEqual(
      batches.map(({ decisions }) => decisions),
      [1, 1, 1],
    )
    assert.deepEqual(await journal.flush([]), [])
  })

  test('[JO7] verdicts are given in order, and what a refusal gives back is there for the next', async () => {
    const under = await make({ coins: 10 })
    await under.journal.open(room, owner('a'))
    const one = batch(room, 1, 1, {
      pay: [
        { id: 'p1', amount: 6 },
        { id: 'p2', amount: 4, refuse: true },
        { id: 'p3', amount: 5 },
        { id: 'p4', amount: 4 },
        { id: 'p5', amount: 1 },
      ],
    })
    assert.deepEqual(await under.journal.flush([one]), ['written'])
    assert.deepEqual(
      one.verdicts.map(({ kind }) => kind),
      ['settled', 'settled', 'refused', 'settled', 'refused'],
    )
    const settled = (await under.settled()).map(({ id, amount, answer }) => ({
      id,
      amount,
      answer,
    }))
    assert.deepEqual(settled, [
      { id: 'p1', amount: 6, answer: { paid: 6 } },
      { id: 'p4', amount: 4, answer: { paid: 4 } },
    ])
  })

  test('[JO8] a settled command that comes again is a duplicate with its first answer', async () => {
    const under = await make({ coins: 10 })
    await under.journal.open(room, owner('a'))
    await under.journal.flush([batch(room, 1, 1, { pay: [{ id: 'p1', amount: 10 }] })])
    const again = batch(room, 1, 2, { events: [], pay: [{ id: 'p1', amount: 10 }] })
    assert.deepEqual(await under.journal.flush([again]), ['written'])
    assert.deepEqual(again.verdicts, [{ kind: 'duplicate', answer: { paid: 10 } }])
    assert.equal((await under.settled()).length, 1)
  })

  test('[JO10] snapshot and tail come back, bytes and all', async () => {
    const { journal } = await make()
    await journal.open(room, owner('a'))
    const data = { text: 'ö😀 "\\', list: [1, null], at: 2 ** 52 }
    const command = { id: 'c1', asker: 'u_1', answer: new Map([['n', 1]]) }
    const timer = { key: 't', set: { at: 5, command: 'x.y', input: { z: 1 } } }
    await journal.flush([batch(room, 1, 1)])
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 251)
    assert.equal(await journal.checkpoint(room, { epoch: 1, seq: 1 }, bytes), true)
    const decided = { commands: [command], timers: [timer] }
    await journal.flush([batch(room, 1, 2, { events: [event('x', data)], decided })])
    const opened = await journal.open(room, owner('a'))
    assert.equal(opened.snapshot?.seq, 1)
    assert.deepEqual(Buffer.from(opened.snapshot!.bytes), Buffer.from(bytes))
    const entry: JournalEntry = {
      epoch: 1,
      firstSeq: 2,
      commands: [command],
      events: [event('x', data)],
      timers: [timer],
    }
    assert.deepEqual(
      opened.tail.filter(({ firstSeq }) => firstSeq > 1),
      [entry],
    )
  })

  test('[JO10] a command without an event comes back too', async () => {
    const { journal } = await make()
    await journal.open(room, owner('a'))
    const commands = (id: string) => ({ commands: [{ id, asker: 'u_1', answer: id }] })
    await journal.flush([batch(room, 1, 1, { events: [], decided: commands('c1') })])
    await journal.flush([batch(room, 1, 1, { events: [], decided: commands('c2') })])
    await journal.flush([batch(room, 1, 1, { decided: commands('c3') })])
    const { tail, position } = await journal.open(room, owner('a'))
    assert.deepEqual(
      tail.map((entry) => [entry.firstSeq, entry.commands[0]?.id]),
      [
        [1, 'c1'],
        [1, 'c2'],
        [1, 'c3'],
      ],
    )
    assert.equal(position.seq, 1)
  })

  test('[JO11] a checkpoint drops what the snapshot holds once it is old, never what comes after', async () => {
    const { journal } = await make({ keepMs: 0 })
    await journal.open(room, owner('a'))
    for (let seq = 1; seq <= 5; seq++) await journal.flush([batch(room, 1, seq)])
    assert.equal(await journal.checkpoint(room, { epoch: 1, seq: 3 }, new Uint8Array([1])), true)
    const { tail } = await journal.open(room, owner('a'))
    assert.deepEqual(
      tail.map(({ firstSeq }) => firstSeq),
      [4, 5],
    )
  })

  test('[JO12] reading gives what came after a number, or says that the log does not reach back', async () => {
    const { journal } = await make({ keepMs: 0 })
    assert.equal(await journal.read(room, 0, 10), undefined)
    await journal.open(room, owner('a'))
    assert.deepEqual(await journal.read(room, 0, 10), [])
    for (let seq = 1; seq <= 7; seq += 2)
      await journal.flush([batch(room, 1, seq, { events: [event('x', seq), event('x', seq + 1)] })])
    const firsts = (entries: readonly JournalEntry[] | undefined) =>
      entries?.map(({ firstSeq }) => firstSeq)
    assert.deepEqual(firsts(await journal.read(room, 0, 10)), [1, 3, 5, 7])
    assert.deepEqual(firsts(await journal.read(room, 3, 10)), [3, 5, 7])
    assert.deepEqual(firsts(await journal.read(room, 0, 2)), [1, 3])
    assert.deepEqual(await journal.read(room, 8, 10), [])
    assert.equal(await journal.read(room, 9, 10), undefined)
    await journal.checkpoint(room, { epoch: 1, seq: 4 }, new Uint8Array([1]))
    assert.deepEqual(firsts(await journal.read(room, 4, 10)), [5, 7])
    assert.equal(await journal.read(room, 3, 10), undefined)
  })

  test('[JO13] rooms with a due timer are listed while nobody alive owns them', async () => {
    const { journal, leases } = await make()
    const a = owner('a')
    await leases.beat(a, ttlMs, false)
    for (const [key, wakeAt] of [
      ['live_a', 500],
      ['live_b', 900],
      ['live_c', undefined],
    ] as const) {
      await journal.open(key, a)
      const timers =
        wakeAt === undefined ? [] : [{ key: 't', set: { at: wakeAt, command: 'x', input: {} } }]
      await journal.flush([batch(key, 1, 1, { decided: { timers, wakeAt } })])
    }
    assert.deepEqual(await journal.due(1_000, 10), [])
    assert.deepEqual(await journal.due(1_000, 10, owner('b')), [])
    // It may have been given them, or have opened them without hearing so.
    assert.deepEqual(await journal.due(1_000, 10, a), ['live_a', 'live_b'])
    await leases.end(a)
    assert.deepEqual((await journal.due(1_000, 10)).toSorted(), ['live_a', 'live_b'])
    assert.deepEqual(await journal.due(600, 10), ['live_a'])
    assert.equal((await journal.due(1_000, 1)).length, 1)
    await journal.open('live_a', a)
    await journal.flush([batch('live_a', 2, 2, { decided: { timers: [{ key: 't' }] } })])
    assert.deepEqual(await journal.due(1_000, 10), ['live_b'])
  })

  test('[JO15] a room in which nothing took effect leaves no entry', async () => {
    const { journal } = await make()
    await journal.open(room, owner('a'))
    assert.deepEqual(await journal.flush([batch(room, 1, 1, { events: [] })]), ['written'])
    assert.deepEqual(await journal.open(room, owner('a')), {
      position: { epoch: 2, seq: 0 },
      snapshot: undefined,
      tail: [],
    })
  })

  test('[JO16] recorders get their events with numbers, the outbox what is meant for it', async () => {
    const under = await make()
    await under.journal.open(room, owner('a'))
    const events = [
      event('other'),
      event('recorded', { n: 1 }),
      event('told'),
      event('recorded', { n: 2 }),
    ]
    await under.journal.flush([batch(room, 1, 1, { events, decided: { outbox: [events[2]!] } })])
    assert.deepEqual(
      (await under.recorded()).map(({ room: key, epoch, seq, data }) => ({
        key,
        epoch,
        seq,
        data,
      })),
      [
        { key: room, epoch: 1, seq: 2, data: { n: 1 } },
        { key: room, epoch: 1, seq: 4, data: { n: 2 } },
      ],
    )
    assert.deepEqual(await under.outbox(), ['told'])
  })
}
