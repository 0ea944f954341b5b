/** Rebuilds a room from what its journal kept. */

import type { OpenedRoom } from './journal.ts'
import type { RecentEvents } from './recent-events.ts'
import type { RoomCore, Snapshot } from './room-core.ts'
import { decodeState } from './snapshot-codec.ts'

/** Fills the fresh `core` and `recent`; tells how many commands lie behind the snapshot. */
export function restoreRoom(core: RoomCore, recent: RecentEvents, opened: OpenedRoom): number {
  const { snapshot, tail, position } = opened
  const stored = snapshot && decodeState<Snapshot>(snapshot.bytes)
  if (stored) core.restore(stored)
  // The end of any other activation says nothing of what the last one showed.
  const orderly = stored?.passing && stored.epoch === position.epoch - 1
  if (position.epoch > 1 && !orderly) core.forgetPassing()
  let commands = 0
  for (const entry of tail) {
    if (entry.events.length) recent.push(entry.firstSeq, entry.events)
    if (snapshot && entry.firstSeq <= snapshot.seq) continue
    for (const event of entry.events) core.evolve(event)
    for (const { id, asker, answer } of entry.commands) core.redone(asker, id, answer)
    core.setTimers(entry.timers)
    commands += entry.commands.length
  }
  recent.push(position.seq + 1, []) // starts it there where the tail holds no event
  return commands
}
