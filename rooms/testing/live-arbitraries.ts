/** Random commands and histories of a live room, for properties. */

import fc from 'fast-check'
import { systemAsker, type Asker } from '../../engine/kernel/context.ts'
import { palette } from '../features/danmaku/danmaku.protocol.ts'
import { testGuest, testHost, testModerator, testUser } from './live-room.ts'

/** One step of a history. `wait` ms pass before it. */
export interface Step {
  readonly asker: Asker
  readonly command: string
  readonly input: unknown
  readonly wait: number
}

const people = [testUser('a'), testUser('b'), testUser('c')]
const user = fc.constantFrom(...people.map(({ id }) => id), testHost.id, 'u_gone')
const stream = fc.constantFrom('s1', 's2', 's3')
const at = fc.integer({ min: 1_767_225_600_000, max: 1_767_225_700_000 })
const report = fc.record({ stream, at }, { requiredKeys: ['stream'] })
const reason = fc.constantFrom('spam', '广告', '  be\u202e kind ')
const text = fc.oneof(
  fc.constantFrom('666', '哈哈', 'Z\u0301\u0301\u0301\u0301\u0301\u0301o', '👨‍👩‍👧'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
)
const none = fc.constant({})

/** Input of each command that fits its schema. Timers are asked by the room itself. */
export const inputs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'live.create': fc.constant({
    title: 'Again',
    category: 'music',
    host: { id: testHost.id, name: 'Host' },
  }),
  'live.setup': fc.record(
    {
      title: text,
      category: fc.constantFrom('music', 'game'),
      cover: fc.constant('/uploads/a.webp'),
    },
    { requiredKeys: [] },
  ),
  'live.pause': none,
  'live.resume': none,
  'live.end': none,
  'live.suspend': fc.record({ reason }),
  'live.restore': fc.record({ reason }, { requiredKeys: [] }),
  'live.streamStarted': fc.record({ stream, at }),
  'live.streamResumed': report,
  'live.streamInterrupted': report,
  'live.streamEnded': report,
  'live.recordingReady': fc.record({
    stream,
    recording: fc.constantFrom('r1', 'r2'),
    seconds: fc.integer({ min: 0, max: 9 }),
  }),
  'audience.report': fc.record({
    count: fc.nat(100),
    joined: fc.array(fc.record({ id: user, name: fc.constant('N') }), { maxLength: 3 }),
    joinedCount: fc.nat(10),
  }),
  'danmaku.send': fc.record(
    {
      text,
      color: fc.constantFrom(...palette),
      mode: fc.constantFrom('scroll', 'top', 'bottom'),
      mentions: fc.array(user, { maxLength: 5 }),
    },
    { requiredKeys: ['text'] },
  ),
  'danmaku.slow': fc.record({ seconds: fc.constantFrom(0, 3, 120) }),
  'like.add': fc.record({ count: fc.integer({ min: 1, max: 50 }) }),
  'gift.send': fc.record(
    { gift: fc.constantFrom('flower', 'heart'), count: fc.integer({ min: 1, max: 9 }), note: text },
    { requiredKeys: ['gift', 'count'] },
  ),
  'member.mute': fc.record(
    { user, seconds: fc.constantFrom(1, 60), reason },
    { requiredKeys: ['user', 'seconds'] },
  ),
  'member.unmute': fc.record({ user }),
  'member.kick': fc.record({ user, seconds: fc.constantFrom(0, 60) }),
  'member.promote': fc.record({ user }),
  'member.demote': fc.record({ user }),
}

const platformOnly = /^live\.(create|stream|recording)|^audience\./
const asker = fc.constantFrom(...people, ...people, testHost, testHost, testModerator, testGuest)
const wait = fc.constantFrom(0, 0, 1, 700, 4_000, 4_001, 5_000, 61_000)

/** One step with any of `commands`. */
function stepOf(commands: readonly string[]): fc.Arbitrary<Step> {
  return fc.constantFrom(...commands).chain((command) =>
    fc.record({
      command: fc.constant(command),
      input: inputs[command]!,
      asker: platformOnly.test(command) ? fc.constant(systemAsker) : asker,
      wait,
    }),
  )
}

/** A history in which the commands of `feature` are at least every other one; all alike without it. */
export function historyOf(feature?: string, maxLength = 60): fc.Arbitrary<Step[]> {
  const all = Object.keys(inputs)
  const own = feature ? all.filter((name) => name.startsWith(`${feature}.`)) : all
  return fc.array(fc.oneof(stepOf(own), stepOf(all)), { maxLength, size: 'max' })
}

/** Inputs that do not fit, or fit and are odd. */
export function hostileInput(command: string): fc.Arbitrary<unknown> {
  const valid = inputs[command] ?? none
  const bent = fc
    .tuple(valid, fc.nat(), fc.anything(), fc.boolean())
    .map(([input, index, value, extra]) => {
      const keys = Object.keys(input as object)
      const key = extra || !keys.length ? '__proto__x' : keys[index % keys.length]!
      return { ...(input as object), [key]: value }
    })
  return fc.oneof(fc.anything({ withMap: true, withSet: true, withDate: true }), bent, bent, valid)
}
