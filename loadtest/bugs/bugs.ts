/** Defects that can be planted between a platform and the harness, to see that each turns the verdict red. */

import { uuidv7 } from 'uuidv7'
import type { Command, WireEvent } from '../../engine/wire/messages.ts'

/** What a defective platform does with one socket. */
export interface Defect {
  /** The numbered events that go on, for one that came; they are numbered anew. */
  tell(event: WireEvent): readonly WireEvent[]
  /** A command that the platform gets besides the one that was sent. */
  also?(command: Command): Command | undefined
}

/** Every so many gifts; in each socket the same ones. */
export const bugs = {
  'lose every 1,000th gift event': (every = 1_000): (() => Defect) => {
    return () => {
      const due = counter(every)
      return { tell: (event) => (isGift(event) && due() ? [] : [event]) }
    }
  },
  'tell a gift event twice': (every = 1_000): (() => Defect) => {
    return () => {
      const due = counter(every)
      return { tell: (event) => (isGift(event) && due() ? [event, event] : [event]) }
    }
  },
  'apply a gift twice': (every = 1_000): (() => Defect) => {
    const due = counter(every)
    return () => ({
      tell: (event) => [event],
      also: ([, name, input]) =>
        name === 'gift.send' && due() ? [uuidv7(), name, input] : undefined,
    })
  },
  'swap two messages': (every = 1_000): (() => Defect) => {
    const second = counter(2)
    return () => {
      // Half of the sockets: the order of all others is right.
      if (second()) return { tell: (event) => [event] }
      const due = counter(every)
      let held: WireEvent | undefined
      return {
        tell(event) {
          if (held) {
            const late = held
            held = undefined
            return [event, late]
          }
          if (!isGift(event) || !due()) return [event]
          held = event
          return []
        },
      }
    }
  },
} as const

export type Bug = keyof typeof bugs

function isGift([type]: WireEvent): boolean {
  return type === 'gift.sent'
}

/** True once in `every` calls. */
function counter(every: number): () => boolean {
  let calls = 0
  return () => ++calls % every === 0
}
