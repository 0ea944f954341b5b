import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { AuditEntry, AuditLog } from '../../services/audit/audit.ts'
import { Inspector } from './inspector.ts'
import type { Nodes } from './nodes.ts'

const admin = { id: 'u_admin', name: 'Ada', roles: ['user', 'admin'] }

function inspector({ auditFails = false, refuse }: { auditFails?: boolean; refuse?: Error } = {}) {
  const told: AuditEntry[] = []
  const done: string[] = []
  const seats: unknown[] = []
  const clock = { now: 1_000_000 }
  const audit = {
    append: async (entry: AuditEntry) => {
      if (auditFails) throw new Error('no database')
      told.push(entry)
    },
  } as unknown as AuditLog
  const nodes = {
    leader: async (key: string) => {
      if (key !== 'live_open') throw new RoomError('room.asleep', 'No.', { retry: 'retry' })
      return 'n0'
    },
    trace: async () => ({ cursor: '', events: [], missed: 0 }),
    act: async (key: string, action: string, input: object) => {
      assert.ok(told.length, 'told first')
      if (refuse) throw refuse
      done.push(`${action} ${key} ${JSON.stringify(input)}`)
    },
  } as unknown as Nodes
  const labels = { of: async () => new Map(), matching: async () => [] }
  const made = new Inspector({
    nodes,
    audit,
    labels,
    issue: async (roomId, asker, { session }) => {
      seats.push([roomId, asker, session])
      return { name: 'live', sessionId: 's', processId: 'p', roomId }
    },
    now: () => clock.now,
  })
  return { inspector: made, told, done, seats, clock }
}

test('[IN2] a look at a room is told once a minute per admin and room', async () => {
  const { inspector: made, told, clock } = inspector()
  const look = (id: string, key: string) => made.trace({ ...admin, id }, key, undefined)
  await Promise.all([look('u_a', 'live_1'), look('u_a', 'live_1'), look('u_a', 'live_2')])
  await look('u_b', 'live_1')
  clock.now += 59_999
  await look('u_a', 'live_1')
  assert.deepEqual(
    told.map(({ actor, target }) => `${actor} ${target}`),
    ['u_a live_1', 'u_a live_2', 'u_b live_1'],
  )
  clock.now += 1
  await look('u_a', 'live_1')
  assert.equal(told.length, 4)
})

test('[IN2] what cannot be told is not done and not shown', async () => {
  const { inspector: made, done } = inspector({ auditFails: true })
  await assert.rejects(made.trace(admin, 'live_1', undefined), /no database/)
  await assert.rejects(made.trace(admin, 'live_1', undefined), /no database/)
  await assert.rejects(made.act(admin, 'live_1', 'close', {}, 'a reason'), /no database/)
  assert.deepEqual(done, [])
})

test('[IN2] a deed is told before it is done; what comes to nothing gets a second row', async () => {
  const refuse = new RoomError('member.outranked', 'No.')
  const { inspector: made, told } = inspector({ refuse })
  const mute = made.act(admin, 'live_1', 'mute', { user: 'u_1', seconds: 60 }, ' 刷屏  广告 ')
  await assert.rejects(mute, { code: 'member.outranked' })
  assert.deepEqual(told, [
    {
      actor: 'u_admin',
      action: 'room.mute',
      target: 'live_1',
      reason: '刷屏 广告',
      detail: { user: 'u_1', seconds: 60 },
    },
    {
      actor: 'u_admin',
      action: 'room.mute.failed',
      target: 'live_1',
      detail: { code: 'member.outranked' },
    },
  ])
})

test('[IN6] a reason has 3 to 200 characters that can be seen; only a suspension shows it', async () => {
  const { inspector: made, told, done } = inspector()
  for (const bad of ['', '  ', 'ab', 'a\u200b\u202eb', '\n\n\n\n', 'x'.repeat(201)])
    await assert.rejects(made.act(admin, 'live_1', 'close', {}, bad), { code: 'invalid' })
  assert.deepEqual([told.length, done.length], [0, 0])
  await made.act(admin, 'live_1', 'mute', { user: 'u_1', seconds: 1 }, 'ads')
  await made.act(admin, 'live_1', 'suspend', {}, '界'.repeat(200))
  assert.equal(done[0], 'mute live_1 {"user":"u_1","seconds":1}')
  assert.match(done[1]!, /^suspend live_1 \{"reason":"界{200}"\}$/)
})

test('[IN22] a seat to watch unseen: with a reason, in live rooms that are open, and no more than to watch', async () => {
  const { inspector: made, told, seats } = inspector()
  const caller = { ...admin, session: 's_1' }
  await made.watch(caller, 'live_open', 'a report')
  assert.deepEqual(seats, [['live_open', { id: 'u_admin', name: 'Ada', roles: ['unseen'] }, 's_1']])
  assert.deepEqual(
    told.map(({ action, target, reason }) => [action, target, reason]),
    [['room.watch', 'live_open', 'a report']],
  )
  await assert.rejects(made.watch(caller, 'live_open', 'x'), { code: 'invalid' })
  await assert.rejects(made.watch(caller, 'dm_a_b', 'a report'), { code: 'room.private' })
  // Nobody tries again by itself: each try would be a row.
  await assert.rejects(made.watch(caller, 'live_shut', 'a report'), {
    code: 'room.asleep',
    retry: 'no',
  })
  assert.equal(seats.length, 1)
  assert.deepEqual(
    told.slice(1).map(({ action }) => action),
    ['room.watch', 'room.watch.failed', 'room.watch', 'room.watch.failed'],
  )
})
