/** What every feature of the kind keeps, whatever happens; each feature's tests call it for their own. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { systemAsker, type Asker } from '../../engine/kernel/context.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { decodeState, encodeState } from '../../engine/kernel/snapshot-codec.ts'
import { historyOf, hostileInput, type Step } from './live-arbitraries.ts'
import { testGuest, testHost, testUser } from './live-room.ts'
import { PureRoom, testKind } from './pure-room.ts'

/**
 * Over random histories: decide changes nothing (watched by PureRoom), the events alone rebuild the
 * state, a snapshot restores it, and with any of the checkpoint and volatile events lost the log still
 * replays to the same durable state, which `durable` picks.
 */
export function keepsFeatureContract(
  feature: string,
  durable: (state: any) => unknown = (state) => state,
): void {
  const keep = fc.infiniteStream(fc.boolean())
  fc.assert(
    fc.property(historyOf(feature), keep, (history, keeps) => {
      const room = run(history)
      const state = room.state[feature]
      assert.deepEqual(PureRoom.replay(room.log).state[feature], state, 'replay')
      assert.deepEqual(decodeState(encodeState(state)), state, 'snapshot')
      const kept = room.log.filter(({ type }) => {
        return testKind.events.get(type)!.spec.durability === 'commit' || keeps.next().value
      })
      const after = durable(PureRoom.replay(kept).state[feature])
      assert.deepEqual(after, durable(state), 'replay without passing events')
    }),
    { numRuns: 150 },
  )
}

/** Whatever is sent by whomever, the feature takes it or refuses with RoomError. */
export function refusesHostileInput(feature: string): void {
  const names = [...testKind.commands.keys()].filter((name) => name.startsWith(`${feature}.`))
  const askers = fc.oneof(
    fc.constantFrom<Asker>(systemAsker, testHost, testUser('a'), testGuest),
    fc.record({
      id: fc.constantFrom('u_a', 'u_host'),
      name: fc.string(),
      roles: fc.array(fc.constantFrom('user', 'admin', '', 'toString'), { maxLength: 2 }),
      card: fc.dictionary(fc.constantFrom('level', 'avatar'), fc.anything()),
    }),
  )
  const attack = fc.constantFrom(...names).chain((command) => {
    return fc.tuple(fc.constant(command), hostileInput(command), askers)
  })
  fc.assert(
    fc.property(fc.array(attack, { minLength: 1, maxLength: 8 }), (attacks) => {
      const room = new PureRoom()
      for (const [command, input, asker] of attacks) {
        try {
          room.do(asker, command, input)
        } catch (error) {
          assert.ok(error instanceof RoomError, String(error))
          assert.notEqual(error.code, 'internal')
        }
      }
    }),
    { numRuns: 300 },
  )
}

/** The room after a history; what it refuses is part of it. */
export function run(history: readonly Step[], room = new PureRoom()): PureRoom {
  for (const { asker, command, input, wait } of history) {
    room.advance(wait)
    room.refusal(asker, command, input)
  }
  return room
}
