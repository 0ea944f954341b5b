import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Asker } from '../../engine/kernel/context.ts'
import { historyOf, type Step } from '../testing/live-arbitraries.ts'
import {
  makeLiveRoom,
  testGuest,
  testHost,
  testModerator,
  testUser,
  type LiveRoom,
} from '../testing/live-room.ts'
import { run } from '../testing/feature-properties.ts'
import { PureRoom, testKind } from '../testing/pure-room.ts'
import { foldLive, liveCommands, liveView, type LiveRoomView } from './live.client.ts'

const ann = testUser('ann')
const rightsOf = (room: PureRoom, asker: Asker) => room.core.rights(asker).sort()

test('[LR1] guests watch, users chat and give, moderators moderate, the host hosts', () => {
  const room = new PureRoom()
  assert.deepEqual(rightsOf(room, testGuest), ['watch'])
  assert.deepEqual(rightsOf(room, ann), ['chat', 'gift', 'watch'])
  assert.deepEqual(rightsOf(room, testHost), ['chat', 'gift', 'host', 'moderate', 'watch'])
  assert.deepEqual(rightsOf(room, testModerator), ['chat', 'gift', 'moderate', 'platform', 'watch'])
  room.do(testHost, 'member.promote', { user: 'u_ann' })
  assert.deepEqual(rightsOf(room, ann), ['chat', 'gift', 'moderate', 'watch'])
  assert.deepEqual(rightsOf(room, { ...testHost, roles: ['guest'] }), ['watch'], 'a guest by role')
  assert.deepEqual(rightsOf(room, { ...testHost, roles: [] }), ['watch'])
})

test('[LR2] nobody but the platform has a right that no role names', () => {
  const room = new PureRoom()
  for (const asker of [testGuest, ann, testHost, testModerator]) {
    for (const permission of ['internal', 'nothing', 'toString', '__proto__', '']) {
      assert.ok(room.core.refuse(asker, permission, 0), `${asker.id} ${permission}`)
    }
  }
})

test('[LR3] a room that nobody created refuses everybody', () => {
  const room = new PureRoom({ created: false })
  for (const asker of [testGuest, ann, testHost, testModerator]) {
    assert.equal(room.core.refuse(asker, 'watch', 0)?.code, 'live.not_found')
  }
})

test('[LR4] mutes and kicks do not hold the platform’s moderators', () => {
  const room = new PureRoom()
  for (const act of ['member.mute', 'member.kick']) {
    room.do(testHost, act, { user: testModerator.id, seconds: 60 })
  }
  room.do(testModerator, 'danmaku.send', { text: 'order!' })
})

test('[LR12] rights change with no event but those that the kind names', () => {
  const { judgedBy = [] } = testKind.kind
  const askers = [testGuest, ann, testHost, testModerator, testUser('host'), testUser('a')]
  fc.assert(
    fc.property(historyOf(), (history) => {
      const { log, env } = run(history)
      const room = new PureRoom({ created: false })
      const judge = () => askers.map((asker) => room.core.rights(asker))
      room.env.advance(env.now() - room.env.now()) // bans end by time, not by an event
      for (const event of log) {
        const before = judge()
        room.core.evolve(event)
        if (!judgedBy.includes(event.type)) assert.deepEqual(judge(), before, event.type)
      }
    }),
    { numRuns: 100 },
  )
})

/** Asks several at once, then lets time pass. */
async function play(room: LiveRoom, steps: readonly Step[]): Promise<void> {
  const asks = steps.map(({ asker, command, input }) =>
    room.ask(asker, command, input).catch((error: { code: string }) => {
      assert.notEqual(error.code, 'internal')
    }),
  )
  await Promise.all(asks)
  await room.advance(steps[0]?.wait ?? 0)
}

function foldAll(room: LiveRoom, view: LiveRoomView, from: number): LiveRoomView {
  return room.published
    .slice(from)
    .reduce((folded, { type, data, at }) => foldLive(folded, [type, data, at]), view)
}

/** The server no longer tells of a mute that is over; a client still holds its end. */
function settled(view: LiveRoomView, now: number): LiveRoomView {
  const { mutedUntil, ...you } = view.member.you
  if (mutedUntil === undefined || mutedUntil > now) return view
  return { ...view, member: { ...view.member, you } }
}

test('[LR5] whoever joins at any moment and folds what follows sees what the room sees', async () => {
  const bursts = fc.array(historyOf(undefined, 4), { maxLength: 15, size: 'max' })
  const viewer = fc.constantFrom(testUser('a'), testUser('b'), testHost, testGuest)
  await fc.assert(
    fc.asyncProperty(bursts, viewer, fc.nat(14), async (history, asker, joinAt) => {
      const room = await makeLiveRoom()
      await room.ask(testHost, 'danmaku.slow', { seconds: 3 })
      await play(room, history.slice(0, joinAt).flat())
      const from = room.published.length
      const joined = liveView((await room.actor.view(asker)).view)
      for (const steps of history.slice(joinAt)) await play(room, steps)
      const { view } = await room.actor.view(asker)
      const folded = settled(foldAll(room, joined, from), room.env.now())
      assert.deepEqual(folded, liveView(view))
      assert.deepEqual(room.env.defects, [])
      await room.close()
    }),
    { numRuns: 60 },
  )
})

test('[LR6] folding changes no view that was given out, and keeps it where nothing changed', () => {
  const room = new PureRoom()
  const before = liveView(room.view(ann))
  const copy = structuredClone(before)
  room.do(ann, 'gift.send', { gift: 'heart', count: 1 })
  room.do(ann, 'danmaku.send', { text: 'hi' })
  room.do(testHost, 'member.promote', { user: 'u_ann' })
  let view = before
  for (const { type, data, at } of room.log) view = foldLive(view, [type, data, at])
  assert.deepEqual(before, copy)
  assert.notEqual(view.gift, before.gift)
  assert.equal(view.audience, before.audience)
})

test('[LR7] a client ignores events it does not know, and fills what an older server leaves out', () => {
  const view = liveView({ audience: { count: 3 }, later: { x: 1 } })
  assert.equal(view.audience.count, 3)
  assert.equal(view.live.status, 'idle')
  assert.equal(view.danmaku.slowSeconds, 0)
  assert.equal(foldLive(view, ['poll.opened', { any: 'thing' }, 1]), view)
  assert.equal(foldLive(view, ['toString', null, 1]), view)
})

test('[LR8] a line that comes again is shown once, and the latest 30 are kept', () => {
  const room = new PureRoom()
  room.do(ann, 'danmaku.send', { text: 'hi' })
  const { type, data, at } = room.log.at(-1)!
  const once = foldLive(liveView(), [type, data, at])
  assert.equal(foldLive(once, [type, data, at]).danmaku, once.danmaku)
  for (let i = 0; i < 40; i += 1) room.do(testHost, 'danmaku.send', { text: `${i}` })
  let view = liveView()
  for (const { type, data, at } of room.log) view = foldLive(view, [type, data, at])
  assert.deepEqual(view.danmaku, room.view(ann).danmaku)
})

test('[LR9] a room killed at any moment comes back with all that it answered', async () => {
  const bursts = fc.array(historyOf(undefined, 6), { maxLength: 8, size: 'max' })
  await fc.assert(
    fc.asyncProperty(bursts, async (history) => {
      const room = await makeLiveRoom()
      for (const steps of history) await play(room, steps)
      const before = (await room.actor.view(ann)).view as unknown as LiveRoomView
      const { seq } = room.actor.position
      await room.restart()
      const after = (await room.actor.view(ann)).view as unknown as LiveRoomView
      assert.equal(room.actor.position.seq, seq)
      assert.deepEqual(after.gift, before.gift)
      assert.deepEqual(after.member, before.member)
      const { totals, ...live } = after.live
      const { totals: had, ...was } = before.live
      assert.deepEqual(live, was)
      assert.deepEqual([totals.coins, totals.gifts], [had.coins, had.gifts])
      if (!live.session) assert.deepEqual(totals.peak, had.peak)
      await room.close()
    }),
    { numRuns: 40 },
  )
})

test('[LR11] a client’s own role and mute follow the events', () => {
  const room = new PureRoom()
  let view = liveView(room.view(ann))
  const seen = (command: string, input: object): LiveRoomView['member']['you'] => {
    room.do(testHost, command, { user: 'u_ann', ...input })
    const { type, data, at } = room.log.at(-1)!
    view = foldLive(view, [type, data, at])
    assert.deepEqual(view, liveView(room.view(ann)))
    return view.member.you
  }
  assert.equal(seen('member.promote', {}).role, 'moderator')
  assert.equal(seen('member.demote', {}).role, 'viewer')
  assert.equal(seen('member.mute', { seconds: 9 }).mutedUntil, room.env.now() + 9_000)
  assert.equal(seen('member.unmute', {}).mutedUntil, undefined)
})

test('[LR10] the typed commands ask what the room knows, in its shape', () => {
  const room = new PureRoom()
  room.do(testHost, 'member.promote', { user: 'u_ann' })
  const asked: string[] = []
  const asAnyone = async (command: string, input: unknown) => {
    asked.push(command)
    for (const asker of [testModerator, testHost, ann]) {
      if (room.refusal(asker, command, input) !== 'forbidden') return
    }
  }
  const { live, danmaku, like, gift, member } = liveCommands(asAnyone)
  void live.setup({ title: 'T' })
  void live.pause()
  void live.resume()
  void danmaku.send('hi', { color: '#ffffff', mode: 'top', mentions: ['u_bob'] })
  void danmaku.slow(1)
  void like.add(3)
  void gift.send({ gift: 'heart', count: 2, note: 'hi' })
  void member.mute('u_bob', 5, 'spam')
  void member.unmute('u_bob')
  void member.kick('u_bob', 0)
  void member.promote('u_eve')
  void member.demote('u_eve')
  void live.suspend('spam')
  void live.restore('fine')
  void live.end()
  assert.deepEqual(room.log.map(({ type }) => type).slice(3), [
    'live.changed',
    'live.paused',
    'live.resumed',
    'danmaku.sent',
    'danmaku.slowed',
    'like.added',
    'gift.sent',
    'member.muted',
    'member.unmuted',
    'member.kicked',
    'member.promoted',
    'member.demoted',
    'live.suspended',
    'live.restored',
    'live.ended',
  ])
  assert.equal(asked.length, 15)
})
