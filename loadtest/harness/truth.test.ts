import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Welcome } from '../../engine/wire/messages.ts'
import { Findings, type Promised } from './findings.ts'
import type { Deed, Sent } from './record.ts'
import { checkRoom, type RoomEvidence } from './truth.ts'
import { Witness } from './witness.ts'

const room = 'live_a'

function sent(deed: Deed, id: string, more: Partial<Sent> = {}): Sent {
  const at = { intended: 0, sentAt: 0, answeredAt: 1 }
  return { id, deed, room, sender: 'u', count: 1, outcome: 'ok', amount: 5, ...at, ...more }
}

function welcome(seq: number, more: Partial<Welcome> = {}): Welcome {
  const you = { id: 'g', name: 'Guest', roles: [], can: [] }
  return { v: 1, room, epoch: 1, seq, now: 0, you, recovered: false, ...more }
}

function witness(name = 'w1'): Witness {
  const made = new Witness(
    name,
    room,
    () => undefined,
    () => undefined,
  )
  made.welcome(welcome(0))
  return made
}

/** One that saw these gifts, one a frame. */
function saw(ids: readonly string[], name?: string): Witness {
  const made = witness(name)
  ids.forEach((id, index) => made.message('m', [1, index + 1, [gift(id)]]))
  return made
}

const gift = (id: string, amount = 5) => ['gift.sent', { id, amount }, 0] as const
const line = (id: string) => ['danmaku.sent', { id }, 0] as const

function broken(evidence: Partial<RoomEvidence>): Promised[] {
  const findings = new Findings()
  checkRoom({ room, sent: [], testimonies: [], ...evidence }, findings)
  return findings.list().map(({ promise }) => promise)
}

test('[LT10] gifts that were acknowledged and seen once are right', () => {
  const gifts = [sent('gift', 'a'), sent('gift', 'b')]
  const testimonies = [saw(['a', 'b']), saw(['a', 'b'], 'w2')]
  assert.deepEqual(broken({ sent: gifts, testimonies }), [])
})

test('[LT10] a gift that is lost, comes twice, was refused, sent by nobody or changed is found', () => {
  const gifts = [sent('gift', 'a'), sent('gift', 'b')]
  assert.deepEqual(broken({ sent: gifts, testimonies: [saw(['a'])] }), ['once'])
  assert.deepEqual(broken({ sent: gifts, testimonies: [saw(['a', 'b', 'a'])] }), ['once'])
  assert.deepEqual(broken({ sent: gifts, testimonies: [saw(['a', 'b', 'c'])] }), ['once'])
  const refused = [sent('gift', 'a', { outcome: 'busy' })]
  assert.deepEqual(broken({ sent: refused, testimonies: [saw(['a'])] }), ['once'])
  const dearer = [sent('gift', 'a', { amount: 6 })]
  assert.deepEqual(broken({ sent: dearer, testimonies: [saw(['a'])] }), ['amounts'])
})

test('[LT11] a silent gap is found, and numbers that run backwards', () => {
  const skipped = witness()
  skipped.message('m', [1, 2, [gift('a')]])
  assert.deepEqual(broken({ sent: [sent('gift', 'a')], testimonies: [skipped] }), ['gaps'])
  const older = saw(['a'])
  older.message('m', [0, 2, [gift('b')]])
  const gifts = [sent('gift', 'a'), sent('gift', 'b')]
  assert.deepEqual(broken({ sent: gifts, testimonies: [older] }), ['gaps'])
})

test('[LT11] a recovery holds what was missed, all of it; a fresh view says that it does not', () => {
  const gifts = [sent('gift', 'a'), sent('gift', 'b'), sent('gift', 'c')]
  const back = saw(['a'])
  back.dropped(1006)
  back.welcome(welcome(3, { recovered: true, missed: [gift('b'), gift('c')] }))
  assert.deepEqual(broken({ sent: gifts, testimonies: [back] }), [])

  const short = saw(['a'])
  short.dropped(1006)
  short.welcome(welcome(3, { recovered: true, missed: [gift('b')] }))
  assert.deepEqual(broken({ sent: gifts, testimonies: [short] }), ['gaps', 'once'])

  const fresh = saw(['a'])
  fresh.dropped(1006)
  fresh.welcome(welcome(3))
  assert.deepEqual(broken({ sent: gifts, testimonies: [fresh] }), [])
})

test('[LT12] two witnesses that saw another order are found', () => {
  const gifts = [sent('gift', 'a'), sent('gift', 'b')]
  const testimonies = [saw(['a', 'b']), saw(['b', 'a'], 'w2')]
  assert.deepEqual(broken({ sent: gifts, testimonies }), ['order'])
  const lines = [sent('danmaku', 'a'), sent('danmaku', 'b')]
  const [one, other] = [witness(), witness('w2')]
  one.message('s', [1, [line('a'), line('b')], 0])
  other.message('s', [1, [line('b'), line('a')], 0])
  assert.deepEqual(broken({ sent: lines, testimonies: [one, other] }), ['order'])
})

test('[LT12] what was answered before another one was sent comes first', () => {
  const first = sent('gift', 'a', { sentAt: 0, answeredAt: 10 })
  const second = sent('gift', 'b', { sentAt: 20, answeredAt: 30 })
  assert.deepEqual(broken({ sent: [first, second], testimonies: [saw(['a', 'b'])] }), [])
  assert.deepEqual(broken({ sent: [first, second], testimonies: [saw(['b', 'a'])] }), ['order'])
  const meanwhile = sent('gift', 'b', { sentAt: 5, answeredAt: 30 })
  assert.deepEqual(broken({ sent: [first, meanwhile], testimonies: [saw(['b', 'a'])] }), [])
})

test('[LT13] lines are shown or counted as shed, each once', () => {
  const lines = ['a', 'b', 'c'].map((id) => sent('danmaku', id))
  const shown = (ids: readonly string[], shed: number): Witness => {
    const made = witness()
    made.message('s', [1, ids.map(line), shed])
    return made
  }
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(['a', 'b'], 1)] }), [])
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(['a', 'b'], 0)] }), ['shed'])
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(['a', 'b'], 2)] }), ['shed'])
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(['a', 'b', 'c', 'c'], 0)] }), ['once'])
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(['a', 'b', 'x'], 1)] }), [
    'once',
    'shed',
  ])
  const away = shown([], 0)
  away.dropped(1006)
  assert.deepEqual(broken({ sent: lines, testimonies: [away] }), [], 'lines are not kept')
})

test('[LT13] more lines than the budget allows are found, and a budget that was not used', () => {
  const budget = { perSecond: 10, burst: 10, exact: true }
  const lines = Array.from({ length: 400 }, (_, i) =>
    sent('danmaku', `l${i}`, { sentAt: i * 25, answeredAt: i * 25 }),
  )
  const shown = (count: number): Witness => {
    const made = witness()
    const ids = lines.slice(0, count).map(({ id }) => line(id))
    made.message('s', [1, ids, lines.length - count])
    return made
  }
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(105)], budget }), [])
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(140)], budget }), ['budget'])
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(60)], budget }), ['budget'])
  const loose = { ...budget, exact: false }
  assert.deepEqual(broken({ sent: lines, testimonies: [shown(60)], budget: loose }), [])
})

test('[LT14] likes that were told add up to those taken', () => {
  const likes = [sent('like', 'a', { count: 3 }), sent('like', 'b', { count: 4 })]
  const told = (count: number): Witness => {
    const made = witness()
    made.message('y', [1, [['like.added', { count }, 0]]])
    return made
  }
  assert.deepEqual(broken({ sent: likes, testimonies: [told(7)] }), [])
  assert.deepEqual(broken({ sent: likes, testimonies: [told(6)] }), ['likes'])
  assert.deepEqual(broken({ sent: likes, testimonies: [told(8)] }), ['likes'])
})

test('[LT16] a command without an answer is wrong, and both of its outcomes fit', () => {
  const { outcome: _outcome, answeredAt: _at, amount: _amount, ...open } = sent('gift', 'a')
  assert.deepEqual(broken({ sent: [open], testimonies: [saw(['a'])] }), ['answered'])
  assert.deepEqual(broken({ sent: [open], testimonies: [saw([])] }), ['answered'])
})
