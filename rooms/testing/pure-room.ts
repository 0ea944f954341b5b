/** A live room without journal or actor: commands in, events out, every contract of a feature watched. */

import assert from 'node:assert/strict'
import { Compile } from 'typebox/compile'
import { systemAsker, type Asker } from '../../engine/kernel/context.ts'
import { compileKind } from '../../engine/kernel/compiled-kind.ts'
import type { RoomEvent } from '../../engine/kernel/journal.ts'
import { RoomCore, type Ask } from '../../engine/kernel/room-core.ts'
import { decodeState, encodeState } from '../../engine/kernel/snapshot-codec.ts'
import { ManualEnvironment } from '../../engine/kernel/testing/manual-environment.ts'
import { liveKind } from '../kinds/live.ts'
import { frozen } from './frozen.ts'
import { testHost } from './live-room.ts'

export const testKind = compileKind(liveKind)

const eventChecks = new Map(
  [...testKind.events].map(([type, { spec }]) => [type, Compile(spec.data)]),
)

/**
 * `do` throws what the room refuses with, and AssertionError where a feature breaks its contract:
 * decide changed the state or its input, an event does not fit its schema, or something else than
 * RoomError was thrown. Gifts cost 10 coins a piece and everybody has enough.
 */
export class PureRoom {
  readonly env = new ManualEnvironment()
  readonly core = new RoomCore(testKind, this.env)
  /** Every event since the start. */
  readonly log: RoomEvent[] = []

  /** With a session of `testHost` on stream `s1`, unless told otherwise. */
  constructor({ created = true, started = true } = {}) {
    const { id, name } = testHost
    const info = { title: 'Test', category: 'music', host: { id, name } }
    if (created) this.tell('live.create', info)
    if (created && started) this.tell('live.streamStarted', { stream: 's1', at: this.env.now() })
  }

  get state(): Record<string, any> {
    return this.core.state
  }

  do(asker: Asker, name: string, input: unknown = {}, id = this.env.newId()): any {
    const command = testKind.commands.get(name)
    assert.ok(command, `no command ${name}`)
    command.check(input)
    const ask: Ask = { command, input: frozen(input), asker, id }
    const reader = this.#reader()
    const before = encodeState(reader.state)
    reader.permit(ask)
    const settled = reader.settleRequest(ask) && {
      amount: 10 * (input as { count: number }).count,
      balance: 5,
    }
    const { events, timers, answer } = reader.decide(ask, settled)
    assert.deepEqual(encodeState(reader.state), before, `${name} changed the state`)
    for (const event of events) this.#evolve(event)
    this.core.setTimers(timers)
    assert.deepEqual(this.env.defects, [])
    return answer
  }

  /** Asks as the platform. */
  tell(name: string, input?: unknown): any {
    return this.do(systemAsker, name, input)
  }

  /** The code that the command is refused with; undefined where it takes effect. */
  refusal(asker: Asker, name: string, input?: unknown): string | undefined {
    try {
      this.do(asker, name, input)
      return undefined
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return (error as { code: string }).code
    }
  }

  /** Moves time, running timers at their moment. */
  advance(ms: number): void {
    const end = this.env.now() + ms
    for (;;) {
      const due = [...this.core.timers].sort(([, a], [, b]) => a.at - b.at)[0]
      if (!due || due[1].at > end) break
      this.env.advance(Math.max(0, due[1].at - this.env.now()))
      this.core.setTimers([{ key: due[0] }])
      this.tell(due[1].command, due[1].input)
    }
    this.env.advance(end - this.env.now())
  }

  view(viewer: Asker): any {
    return this.core.view(viewer)
  }

  /** The events of one type so far. */
  events(type: string): any[] {
    return this.log.filter((event) => event.type === type).map(({ data }) => data)
  }

  /** A room rebuilt from these events alone. */
  static replay(events: readonly RoomEvent[]): PureRoom {
    const room = new PureRoom({ created: false })
    for (const event of events) room.#evolve(event)
    return room
  }

  /** A copy of the state in which nothing can be changed, behind the same rules. */
  #reader(): RoomCore {
    const reader = new RoomCore(testKind, this.env)
    Object.assign(reader.state, frozen(decodeState<object>(encodeState(this.core.state))))
    return reader
  }

  #evolve(event: RoomEvent): void {
    const check = eventChecks.get(event.type)
    assert.ok(check?.Check(event.data), `${event.type} ${JSON.stringify(event.data)}`)
    // Frozen, because journal and audience hold the same object as the state.
    this.log.push(frozen(event))
    this.core.evolve(event)
    assert.deepEqual(this.env.defects, [])
  }
}
