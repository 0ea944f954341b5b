/** Immediate commands: decided and folded at once, whenever they may be shown. */

import type { RoomEvent } from './journal.ts'
import type { Ask, RoomCore } from './room-core.ts'

/** What came of one: kept as a value, for a refusal may have to wait like an answer. */
export type Outcome =
  | {
      readonly events: readonly RoomEvent[]
      readonly answer: unknown
      /** 1 where an event is saved with the next snapshot, else 0. */
      readonly kept: number
    }
  | { readonly refusal: unknown }

export function decideNow(core: RoomCore, ask: Ask): Outcome {
  try {
    core.permit(ask)
    const { events, answer } = core.decide(ask)
    for (const event of events) core.evolve(event)
    core.done(ask, answer)
    const { events: specs } = core.kind
    const kept = events.some(({ type }) => specs.get(type)?.spec.durability === 'checkpoint')
    return { events, answer, kept: Number(kept) }
  } catch (refusal) {
    return { refusal }
  }
}
