import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import {
  endAbandoned,
  hasKey,
  issueKey,
  NodeStreams,
  recording,
  recordingsOf,
  requestStop,
  streamOf,
  verifyKey,
} from './streams.ts'
import type { Db } from './tables.ts'
import { forEachDatabase } from './testing/databases.ts'

const live = 'abcdefghij'

forEachDatabase((open) => {
  let shared: Db | undefined
  const fresh = async (): Promise<Db> => {
    shared ??= (await open()).db
    await sql`truncate stream_key, stream, recording, outbox`.execute(shared)
    return shared
  }
  const told = async (db: Db) => {
    const { rows } = await sql<{
      topic: string
      payload: any
    }>`select topic, payload from outbox order by seq`.execute(db)
    return rows
  }
  const onAir = async (db: Db, node = 'm1', incarnation = 'i1') => {
    const key = (await verifyKey(db, await issueKey(db, live)))!
    const streams = new NodeStreams(db, { node, incarnation, address: 'http://m1' })
    return { key, streams, stream: await streams.start(key, { codec: 'h264' }) }
  }

  test('[SK1] a stream key is random, works until the next one, and is stored as a hash only', async () => {
    const db = await fresh()
    assert.equal(await hasKey(db, live), false)
    const first = await issueKey(db, live)
    assert.match(first, /^[A-Za-z0-9_-]{32}$/)
    assert.equal((await verifyKey(db, first))?.live, live)
    const second = await issueKey(db, live)
    assert.notEqual(first, second)
    assert.equal(await verifyKey(db, first), undefined)
    assert.equal((await verifyKey(db, second))?.live, live)
    assert.equal(await hasKey(db, live), true)
    const { rows } = await sql<{ row: string }>`select k::text as row from stream_key k`.execute(db)
    assert.ok(
      rows.every(
        ({ row }) => !row.includes(second) && !row.includes(Buffer.from(second).toString('hex')),
      ),
    )
    const keys = await Promise.all(Array.from({ length: 5 }, () => issueKey(db, live)))
    const working = await Promise.all(keys.map((key) => verifyKey(db, key)))
    assert.equal(working.filter(Boolean).length, 1)
  })

  test('[SK2] what is no key is refused without harm', async () => {
    const db = await fresh()
    for (const key of [
      '',
      'x',
      "' or 1=1 --",
      'a'.repeat(33),
      'é'.repeat(32),
      'a'.repeat(1e6),
      '\0'.repeat(32),
    ])
      assert.equal(await verifyKey(db, key), undefined)
  })

  test('[SK3] a new key stops the stream that runs on the old one, and a revoked key starts none', async () => {
    const db = await fresh()
    const { key, streams, stream } = await onAir(db)
    assert.deepEqual(await streams.stopRequests([stream]), [])
    await issueKey(db, live)
    assert.deepEqual(await streams.stopRequests([stream, 'other']), [
      { stream, reason: 'key.rotated' },
    ])
    assert.equal(await streams.end(stream, 'key.rotated'), 'ok')
    assert.deepEqual(await streams.stopRequests([stream]), [])
    await assert.rejects(streams.start(key), { code: 'stream.key' })
    assert.deepEqual(
      (await told(db)).map(({ topic }) => topic),
      ['stream.started', 'stream.ended'],
    )
  })

  test('[SR1] every change of a stream is told once, in the same transaction', async () => {
    const db = await fresh()
    const { streams, stream } = await onAir(db)
    assert.equal(await streams.interrupt(stream), 'ok')
    assert.equal(await streams.interrupt(stream), 'ok')
    assert.equal((await streamOf(db, live))?.state, 'interrupted')
    assert.equal(await streams.resume(stream), 'ok')
    assert.equal(await streams.end(stream, 'stopped'), 'ok')
    assert.equal(await streams.end(stream, 'stopped'), 'ok')
    assert.equal(await streams.resume(stream), 'fenced')
    assert.equal(await streamOf(db, live), undefined)
    const rows = await told(db)
    assert.deepEqual(
      rows.map(({ topic }) => topic),
      ['stream.started', 'stream.interrupted', 'stream.resumed', 'stream.ended'],
    )
    assert.deepEqual(
      { ...rows[0]!.payload, at: 0 },
      { live, stream, at: 0, video: { codec: 'h264' } },
    )
    assert.equal(rows[3]!.payload.reason, 'stopped')
    assert.ok(rows.every(({ payload }) => Number.isInteger(payload.at)))
  })

  test('[SR2] a live room has one stream on air, whoever starts at once', async () => {
    const db = await fresh()
    const { key, streams, stream } = await onAir(db)
    const other = new NodeStreams(db, { node: 'm2', incarnation: 'i2' })
    await assert.rejects(other.start(key), { code: 'stream.busy', data: { live } })
    await streams.end(stream, 'stopped')
    const starts = await Promise.allSettled([0, 1, 2, 3].map(() => other.start(key)))
    assert.equal(starts.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('[SR3] a process may change its own streams only; a new one of the node takes over what was left', async () => {
    const db = await fresh()
    const { key, streams, stream } = await onAir(db)
    const stranger = new NodeStreams(db, { node: 'm2', incarnation: 'i9' })
    assert.equal(await stranger.end(stream, 'x'), 'fenced')
    assert.equal(await stranger.health(stream, {}), 'fenced')
    assert.deepEqual(await stranger.leftovers(), [])
    const next = new NodeStreams(db, { node: 'm1', incarnation: 'i2', address: 'http://m1b' })
    assert.deepEqual(await next.leftovers(), [{ stream, live, keyId: key.keyId }])
    assert.deepEqual(await next.leftovers(), [])
    assert.equal(await streams.end(stream, 'late'), 'fenced')
    assert.equal((await streamOf(db, live))?.state, 'interrupted')
    assert.equal(await next.resume(stream), 'ok')
    assert.deepEqual(
      (await told(db)).map(({ topic }) => topic),
      ['stream.started', 'stream.interrupted', 'stream.resumed'],
    )
  })

  test('[SR4] health is kept; a stop is asked of what is on air only', async () => {
    const db = await fresh()
    assert.equal(await requestStop(db, live, 'live.ended'), false)
    const { streams, stream } = await onAir(db)
    assert.equal(await streams.health(stream, { kbps: 900, fps: 30 }), 'ok')
    assert.deepEqual((await streamOf(db, live))?.health, { kbps: 900, fps: 30 })
    assert.equal(await requestStop(db, live, 'live.ended'), true)
    assert.deepEqual(await streams.stopRequests([stream]), [{ stream, reason: 'live.ended' }])
    assert.deepEqual(await streams.stopRequests([]), [])
  })

  test('[SR5] a stream whose node is silent is ended and told, one that speaks is not', async () => {
    const db = await fresh()
    const { key, streams, stream } = await onAir(db)
    assert.equal(await endAbandoned(db, 60_000), 0)
    await sql`update stream set started_at = started_at - interval '2 minutes', health_at = health_at - interval '2 minutes'`.execute(
      db,
    )
    await streams.health(stream, {})
    assert.equal(await endAbandoned(db, 60_000), 0)
    await sql`update stream set health_at = health_at - interval '2 minutes'`.execute(db)
    const other = new NodeStreams(db, { node: 'm2', incarnation: 'i2' })
    await other.start(key)
    assert.equal(await streams.health(stream, {}), 'fenced')
    const rows = await told(db)
    assert.deepEqual(
      rows.map(({ topic }) => topic),
      ['stream.started', 'stream.ended', 'stream.started'],
    )
    assert.equal(rows[1]!.payload.reason, 'node.lost')
  })

  test('[SR6] recordings are listed newest first, told once, and forgotten with their files', async () => {
    const db = await fresh()
    const { streams, stream } = await onAir(db)
    const ids = []
    for (const path of ['a', 'b'])
      ids.push(await streams.addRecording({ live, stream, path, seconds: 1.5, bytes: 2 ** 40 }))
    assert.deepEqual(
      (await recordingsOf(db, live)).map(({ id }) => id),
      ids.toReversed(),
    )
    assert.equal((await recording(db, ids[0]!))?.bytes, 2 ** 40)
    assert.equal(await recording(db, 'nothing'), undefined)
    const ready = (await told(db)).filter(({ topic }) => topic === 'recording.ready')
    assert.deepEqual(ready[0]!.payload, {
      live,
      stream,
      recording: ids[0],
      seconds: 1.5,
      bytes: 2 ** 40,
    })
    await sql`update recording set created_at = created_at - interval '1 day' where path = 'a'`.execute(
      db,
    )
    const before = new Date(Date.now() - 3_600_000)
    const stranger = new NodeStreams(db, { node: 'm2', incarnation: 'i2' })
    assert.deepEqual(await stranger.expireRecordings(before), [])
    assert.deepEqual(await streams.expireRecordings(before), ['a'])
    assert.equal((await recordingsOf(db, live)).length, 1)
  })
})
