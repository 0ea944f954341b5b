import { test } from 'node:test'
import assert from 'node:assert/strict'
import { sql } from 'kysely'
import type { RecordedEvent, Recorder } from '../../engine/kernel/journal.ts'
import type { Database } from '../../persistence/database.ts'
import type { Write } from '../../persistence/tables.ts'
import { query } from '../../persistence/transact.ts'
import { forEachDatabase } from '../../persistence/testing/databases.ts'
import { testHost, testUser } from '../testing/live-room.ts'
import { PureRoom } from '../testing/pure-room.ts'
import { DanmakuArchive } from './danmaku/danmaku-archive.ts'
import { danmakuMigrations, dropLinesBefore, linesBetween } from './danmaku/danmaku.store.ts'
import { giftMigrations, giftRecorder, giftsOf } from './gift/gift.store.ts'
import { liveMigrations, liveRecorder, liveSessions } from './live/live.store.ts'

const sets = [liveMigrations, giftMigrations, danmakuMigrations]
const key = 'live_test'
const ann = testUser('ann')

/** Hands the durable events to the recorder as a journal does, from number 1. */
async function record({ db }: Database, room: PureRoom, recorder: Recorder<Write>): Promise<void> {
  const rows: RecordedEvent[] = room.log
    .filter(({ type }) => recorder.types.includes(type))
    .map((event, index) => ({ ...event, room: key, epoch: 3, seq: index + 1 }))
  for (const { text, values } of recorder.writes(rows)) await query(db, text, values)
}

forEachDatabase((open) => {
  test('[LV30] sessions are kept from their start, with totals at their end', async () => {
    const database = await open(sets)
    const room = new PureRoom()
    await record(database, room, liveRecorder)
    const [running] = await liveSessions(database.db, key, { limit: 9 })
    assert.equal(running?.ended_at, null)
    room.do(ann, 'gift.send', { gift: 'heart', count: 2 })
    room.advance(5_000)
    room.do(testHost, 'live.end')
    room.tell('live.streamStarted', { stream: 's2', at: room.env.now() })
    await record(database, room, liveRecorder)
    const sessions = await liveSessions(database.db, key, { limit: 9 })
    assert.deepEqual(
      sessions.map(({ stream, reason, totals }) => [stream, reason, totals?.coins]),
      [
        ['s2', null, undefined],
        ['s1', 'host', 20],
      ],
    )
    assert.equal(sessions[1]!.ended_at!.getTime() - sessions[1]!.started_at.getTime(), 5_000)
    const before = sessions[0]!.started_at
    assert.equal((await liveSessions(database.db, key, { before, limit: 9 })).length, 1)
    await database.close()
  })

  test('[GF30] each gift is kept with its place in the room’s log', async () => {
    const database = await open(sets)
    const { db } = database
    const room = new PureRoom()
    for (const count of [1, 2, 1_000]) room.do(ann, 'gift.send', { gift: 'heart', count })
    await record(database, room, giftRecorder)
    const gifts = room.events('gift.sent')
    const kept = await giftsOf(db, gifts[0].session, { limit: 9 })
    assert.deepEqual(
      kept,
      gifts.map((gift, index) => ({
        room: key,
        seq: index + 1,
        epoch: 3,
        id: gift.id,
        session: gift.session,
        from_user: 'u_ann',
        to_user: 'u_host',
        gift: 'heart',
        count: gift.count,
        amount: gift.amount,
        combo_total: gift.combo.total,
        at: new Date(room.env.now()),
      })),
    )
    const later = await giftsOf(db, gifts[0].session, { after: 2, limit: 9 })
    assert.equal(later.length, 1)
    assert.deepEqual(giftRecorder.writes([]), [])
    await database.close()
  })

  test('[DM30] lines are kept once each, with their session and their time in it', async () => {
    const database = await open(sets)
    const { db } = database
    const room = new PureRoom({ started: false })
    room.do(ann, 'danmaku.send', { text: 'early' })
    room.advance(1_000)
    room.tell('live.streamStarted', { stream: 's1', at: room.env.now() })
    room.advance(2_500)
    const evil = { ...ann, name: "Robert'); drop table danmaku;--" }
    room.do(evil, 'danmaku.send', {
      text: `{"quotes"}, \\, NULL 👩‍🚀`,
      mode: 'top',
      color: '#ffd666',
    })
    room.do(testHost, 'danmaku.send', { text: 'mine' })
    await record(database, room, liveRecorder)
    const archive = new DanmakuArchive(db)
    archive.observe(key, room.log)
    archive.observe(key, room.log)
    assert.equal(archive.waiting, 6)
    await archive.close()
    const from = new Date(0)
    const to = new Date(room.env.now() + 1)
    const lines = await linesBetween(db, key, { from, to, limit: 9 })
    assert.deepEqual(
      lines.map(({ text, user_name, role, mode, color, offset_ms }) => {
        return [text, user_name, role, mode, color, offset_ms]
      }),
      [
        ['early', 'ann', null, 'scroll', '#ffffff', null],
        ['{"quotes"}, \\, NULL 👩‍🚀', evil.name, null, 'top', '#ffd666', 2_500],
        ['mine', 'Host', 'host', 'scroll', '#ffffff', 2_500],
      ],
    )
    assert.equal(lines[1]!.session, room.view(ann).live.session.id)
    assert.equal(lines[0]!.session, null)
    assert.equal(archive.dropped, 0)
    await database.close()
  })

  test('[DM31] a replay reads a stretch of time page by page, and old lines can be dropped', async () => {
    const database = await open(sets)
    const { db } = database
    const room = new PureRoom()
    const archive = new DanmakuArchive(db, { batch: 7 })
    for (let i = 0; i < 50; i += 1) {
      if (i % 5 === 0) room.advance(100)
      room.do(testHost, 'danmaku.send', { text: `${i}` })
    }
    archive.observe(key, room.log)
    await archive.close()
    const start = room.log[0]!.at
    const window = { from: new Date(start + 200), to: new Date(start + 900), limit: 6 }
    const texts: string[] = []
    for (let after: { at: Date; id: string } | undefined; ;) {
      const page = await linesBetween(db, key, { ...window, ...(after && { after }) })
      if (!page.length) break
      texts.push(...page.map(({ text }) => text))
      after = page.at(-1)!
    }
    assert.deepEqual(
      texts,
      Array.from({ length: 35 }, (_, i) => `${i + 5}`),
    )
    assert.deepEqual(await linesBetween(db, 'live_other', { ...window }), [])
    assert.equal(await dropLinesBefore(db, new Date(start + 300)), 10)
    await database.close()
  })

  test('[DM32] lines that the database refuses or that find no room are counted, others are kept', async () => {
    const database = await open(sets)
    const { db } = database
    const room = new PureRoom()
    for (const text of ['a', 'b', 'c', 'd']) room.do(testHost, 'danmaku.send', { text })
    const [a, b, c, d] = room.log.filter(({ type }) => type === 'danmaku.sent')
    const errors: number[] = []
    const onError = (_error: unknown, dropped: number): void => void errors.push(dropped)
    const archive = new DanmakuArchive(db, { capacity: 3, batch: 1, onError })
    archive.observe(key, [a!, { ...b!, data: { ...b!.data, id: 'no uuid' } }, c!, d!])
    await archive.close()
    assert.deepEqual(errors, [1])
    assert.deepEqual([archive.dropped, archive.waiting], [2, 0])
    const window = { from: new Date(0), to: new Date(room.env.now() + 1), limit: 9 }
    const kept = await linesBetween(db, key, window)
    assert.deepEqual(
      kept.map(({ text }) => text),
      ['a', 'c'],
    )
    await database.close()
  })

  test('[DM33] while the database is away lines wait, and go when it is back', async () => {
    const database = await open(sets)
    const { db } = database
    const room = new PureRoom()
    for (const text of ['a', 'b']) room.do(testHost, 'danmaku.send', { text })
    let failures = 0
    const archive = new DanmakuArchive(db, { onError: () => (failures += 1) })
    await sql`alter table danmaku rename to elsewhere`.execute(db)
    archive.observe(key, room.log)
    await archive.flush()
    assert.deepEqual([failures, archive.waiting, archive.dropped], [1, 2, 0])
    await sql`alter table elsewhere rename to danmaku`.execute(db)
    await archive.close()
    assert.equal(archive.waiting, 0)
    const window = { from: new Date(0), to: new Date(room.env.now() + 1), limit: 9 }
    assert.equal((await linesBetween(db, key, window)).length, 2)
    await database.close()
  })
})
