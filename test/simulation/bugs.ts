/** Defects that can be planted, one for each thing that the checker must notice. */

import { RelayActor } from '../../engine/cluster/relay-actor.ts'
import { CommandWindow } from '../../engine/kernel/command-window.ts'
import { RecentEvents } from '../../engine/kernel/recent-events.ts'
import { FlushBatch } from '../../engine/kernel/room-batch.ts'
import { RoomClock } from '../../engine/kernel/room-clock.ts'
import { RoomCore } from '../../engine/kernel/room-core.ts'
import type { TimerChange } from '../../engine/kernel/journal.ts'
import type { PublishedBatch } from '../../engine/kernel/room-listeners.ts'
import { AudienceReporter } from '../../engine/runtime/audience-reporter.ts'
import { FrameBuffer } from '../../engine/runtime/frame-buffer.ts'

/** By name: which invariants a run with it may break. */
export const bugs = {
  'no fence in the store': ['D', 'P1', 'B', 'E'],
  'epoch not raised at open': ['P1', 'D', 'A'],
  'epoch falls at open': ['D'],
  'last number not moved': ['D', 'B', 'E'],
  'lease without margin': ['P1'],
  'command ids forgotten': ['A'],
  'payments forgotten': ['A', 'C'],
  'window evicts without raising the floor': ['A'],
  'early ids not kept': ['A'],
  'answered before the commit': ['B', 'E'],
  'tail cut short': ['B', 'E', 'T'],
  'refused decision keeps money': ['C'],
  'balance not checked': ['C'],
  'recent ring off by one': ['E'],
  'gap not told': ['E'],
  'locks outlive their transaction': ['F'],
  'queue without bound': ['G'],
  'room timers pile up': ['G'],
  'immediate answers not held': ['B'],
  'own clock': ['W', 'F'],
  'timer not cleared': ['T'],
  'timers not kept': ['T'],
  'given to nobody': ['P1'],
  'all wait for the slowest': ['H'],
  'relay forgets one': ['E'],
  'relay holds on': ['F', 'V'],
  'frames keep an old epoch': ['K'],
  'leaving untold': ['V'],
} as const satisfies Record<string, readonly string[]>

export type Bug = keyof typeof bugs

/** Those that only histories with a bus can show. */
export const busBugs: ReadonlySet<Bug> = new Set([
  'relay forgets one',
  'relay holds on',
  'frames keep an old epoch',
  'leaving untold',
])

/** Plants those bugs that live inside the platform; the result takes them out again. */
export function plant(bug: Bug | undefined): () => void {
  switch (bug) {
    case 'window evicts without raising the floor':
      return replace(CommandWindow.prototype, 'raise', () => () => undefined)
    case 'early ids not kept':
      return replace(CommandWindow.prototype, 'early', () => (floor) => ({
        floor,
        keys: [],
        answers: [],
      }))
    case 'recent ring off by one':
      return replace(
        RecentEvents.prototype,
        'since',
        (since) =>
          function (this: RecentEvents, seq: number) {
            return since.call(this, seq)?.slice(1)
          },
      )
    case 'gap not told':
      return replace(
        RecentEvents.prototype,
        'since',
        (since) =>
          function (this: RecentEvents, seq: number) {
            return since.call(this, seq) ?? []
          },
      )
    case 'immediate answers not held':
      return replace(FlushBatch.prototype, 'mayShow', () => () => false)
    case 'room timers pile up':
      return replace(RoomClock.prototype, 'stop', () => () => undefined)
    case 'timer not cleared':
      return replace(
        RoomCore.prototype,
        'setTimers',
        (setTimers) =>
          function (this: RoomCore, changes: readonly TimerChange[]) {
            setTimers.call(
              this,
              changes.filter(({ set }) => set),
            )
          },
      )
    case 'relay forgets one':
      return replace(
        RelayActor.prototype,
        'since',
        (since) =>
          function (this: RelayActor, seq: number) {
            return since.call(this, seq)?.slice(1)
          },
      )
    case 'relay holds on':
      return replace(RelayActor.prototype, 'lose', () => () => undefined)
    case 'frames keep an old epoch':
      return replace(FrameBuffer.prototype, 'add', (add) => {
        const first = new WeakMap<FrameBuffer, number>()
        return function (this: FrameBuffer, batch: PublishedBatch) {
          const epoch = first.get(this) ?? batch.epoch
          first.set(this, epoch)
          return add.call(this, { ...batch, epoch })
        }
      })
    case 'leaving untold':
      return replace(AudienceReporter.prototype, 'left', () => () => undefined)
    default:
      return () => undefined
  }
}

function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  by: (original: T[K]) => T[K],
): () => void {
  const original = prototype[name]
  prototype[name] = by(original)
  return () => {
    prototype[name] = original
  }
}
